//! A tablet is paired as a robot, linked, and told something.

use super::{Trail, post};
use crate::harness::RawRobot;
use lotsim::Vehicle;
use serde_json::json;
use uuid::Uuid;

pub(super) async fn telling(trail: &mut Trail) {
    let (admin, agent) = (trail.world.person("admin").await, trail.world.person("agent").await);
    let opened = post(&admin, "/api/robots/R-201/pairing".to_owned(), json!({}));
    let opened = trail.step("POST /api/robots/{number}/pairing", opened).await;
    let code = json!({"code": opened["code"]});
    let nobody = trail.world.stranger();
    let paired = nobody.post("/api/robots/R-201/pair", &code);
    let paired = trail.step("POST /api/robots/{number}/pair", paired).await;

    let key = paired["key"].as_str().unwrap();
    let robot = RawRobot::try_link(&trail.world.address(), "R-201", key).await;
    let mut robot = robot.expect("a link");
    trail.world.lot.lane("S02").arrive(Vehicle::new("粤B66R58"));
    let claim = agent.claim("S02").await;
    let body = json!({"order_id": Uuid::new_v4(), "fence": claim.fence, "command": {"type": "speak", "text": "您好"}});
    let told = post(&agent, format!("/api/cases/{}/robot", claim.case), body);
    let heard = tokio::spawn(async move {
        let speak = robot.told("speak").await;
        robot.ack(&speak).await;
        robot
    });
    trail.step("POST /api/cases/{case}/robot", told).await;
    heard.await.unwrap().die();
    assert_eq!(agent.try_close(&claim).await.status, 204);
}
