//! The list of openings through the door: filters, pages, whose they are, counts (R25, R33).

use super::{made::Made, on_each_engine};
use serde_json::Value;

fn ids(answer: &Value) -> Vec<String> {
    let items = answer["items"].as_array().unwrap();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// Newest first.
fn a_past() -> Vec<Made> {
    let visitor = Made { lot: "bj", lane: "B01", username: "agent", ..Made::exit("京A88888", 10) };
    let unknown = Made {
        result: "unknown",
        passage: "none",
        lane: "E01",
        direction: "entry",
        username: "agent",
        ..Made::exit("粤B12345", 70)
    };
    let unpaid = Made { due_fen: Some(1_500), ..Made::exit("粤B12345", 20).abnormal("other", "=1+1") };
    vec![visitor, unpaid, unknown, Made::exit("粤BF06789", 130)]
}

#[tokio::test]
async fn every_filter_finds_its_rows_and_no_others() {
    on_each_engine(async |place| {
        let past = a_past();
        place.made(&past).await;
        let admin = place.desk("admin").await;
        let agent = admin.get("/api/openings?person=nobody").await;
        assert!(ids(agent.ok(200)).is_empty());
        let cases: [(&str, &[usize]); 21] = [
            ("", &[0, 1, 2, 3]),
            ("lot=cyds", &[1, 2, 3]),
            ("lot=nowhere", &[]),
            ("lane=E02", &[1, 3]),
            ("plate=粤B12345", &[1, 2]),
            ("plate=粤B·12345", &[1, 2]),
            ("plate=234", &[1, 2]),
            ("plate=b1", &[1, 2]),
            ("plate=f0678", &[3]),
            ("plate=8", &[0, 3]),
            ("plate=%25", &[0, 1, 2, 3]),
            ("plate=粤B99999", &[]),
            ("reason=other", &[1]),
            ("direction=entry", &[2]),
            ("source=call", &[]),
            ("kind=abnormal", &[1]),
            ("result=unknown&lot=cyds", &[2]),
            ("passage=none", &[2]),
            ("unpaid=true", &[1]),
            ("plate=345&direction=exit", &[1]),
            ("kind=normal&lane=E02&result=opened", &[3]),
        ];
        for (query, wanted) in cases {
            let answer = admin.get(&format!("/api/openings?{query}")).await;
            let wanted: Vec<String> = wanted.iter().map(|n| past[*n].id.clone()).collect();
            assert_eq!(ids(answer.ok(200)), wanted, "{query}");
        }
        let from = past[2].at;
        let to = past[0].at;
        let between = admin.get(&format!("/api/openings?from={from}&to={to}")).await;
        assert_eq!(ids(between.ok(200)), [past[1].id.clone(), past[2].id.clone()], "from is in it, to is not");
        for wrong in ["from=yesterday", "hour=300", "limit=x"] {
            let answer = admin.get(&format!("/api/openings?{wrong}")).await;
            assert!((400..=422).contains(&answer.status), "{wrong}");
        }
        admin.get("/api/openings?cursor=nonsense").await.refused(400, "bad_request");
        place.hub.stop().await;
    })
    .await;
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition_also_at_one_moment() {
    on_each_engine(async |place| {
        // Five of them at the same moment: the id decides.
        let past: Vec<Made> = (0..23)
            .map(|n| Made {
                lane: if n % 2 == 0 { "E01" } else { "E02" },
                lot: "cyds",
                ..Made::exit(&format!("粤B{n:05}"), i64::from(n / 5))
            })
            .collect();
        place.made(&past).await;
        for username in ["chief", "admin"] {
            let desk = place.desk(username).await;
            for query in ["", "lot=cyds", "kind=normal", "plate=B0", "result=opened"] {
                let (mut seen, mut cursor) = (Vec::new(), String::new());
                loop {
                    let path = format!("/api/openings?limit=4&{query}{cursor}");
                    let answer = desk.get(&path).await;
                    seen.extend(ids(answer.ok(200)));
                    match answer.body["next"].as_str() {
                        Some(next) => cursor = format!("&cursor={next}"),
                        None => break,
                    }
                }
                let mut wanted: Vec<&Made> = past.iter().collect();
                wanted.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
                let wanted: Vec<String> = wanted.iter().map(|made| made.id.clone()).collect();
                assert_eq!(seen, wanted, "{username} {query}");
            }
        }
        place.hub.stop().await;
    })
    .await;
}

#[tokio::test]
async fn people_at_lanes_see_their_own_and_supervisors_their_lots() {
    on_each_engine(async |place| {
        let past = a_past();
        place.made(&past).await;
        let [guard, agent, chief] = [
            place.desk("guard").await,
            place.desk("agent").await,
            place.desk("chief").await,
        ];
        let path = "/api/openings";
        assert_eq!(ids(guard.get(path).await.ok(200)), [past[1].id.clone(), past[3].id.clone()]);
        assert_eq!(ids(agent.get(path).await.ok(200)), [past[0].id.clone(), past[2].id.clone()]);
        let south: Vec<String> = past[1..].iter().map(|made| made.id.clone()).collect();
        assert_eq!(ids(chief.get(path).await.ok(200)), south, "R3");
        // Another's opening, and one outside the scope, are not there.
        let one = |n: usize| format!("/api/openings/{}", past[n].id);
        guard.get(&one(2)).await.refused(404, "not_found");
        chief.get(&one(0)).await.refused(404, "not_found");
        let theirs = guard.get(&one(1)).await;
        assert_eq!(theirs.ok(200)["remark"], "=1+1");
        assert_eq!(theirs.body["person"]["name"], "张三");
        let timeline = |n: usize| format!("{}/timeline", one(n));
        chief.get(&timeline(0)).await.refused(404, "not_found");
        place
            .sql(
                "insert into case_event (id, case_id, at, what, facts) values ('e1', $1, 5, 'ordered', '{\"action\": \"open\"}')",
                lanedesk_hub::args![past[1].id.as_str()],
            )
            .await;
        let steps = guard.get(&timeline(1)).await;
        assert_eq!(steps.ok(200)["items"][0]["what"], "ordered", "R35");
        place.hub.stop().await;
    })
    .await;
}

#[tokio::test]
async fn counts_lead_to_their_rows_and_payment_clears_what_was_due() {
    on_each_engine(async |place| {
        let mut past = a_past();
        past.push(Made {
            due_fen: Some(700),
            stay: Some("s1"),
            ..Made::exit("粤B12345", 25).abnormal("paid_but_stuck", "已付")
        });
        place.made(&past).await;
        place
            .sql(
                "insert into payment (id, integration_id, event_id, lot_id, stay_id, amount_fen, paid_at, received_at)
             values ('p1', 'pay', 'e1', 'cyds', 's1', 700, $1, $1)",
                lanedesk_hub::args![past[4].at.plus_minutes(1)],
            )
            .await;
        let chief = place.desk("chief").await;
        let told = chief.get("/api/openings/statistics?by=reason").await;
        let told = told.ok(200);
        assert_eq!((&told["openings"], &told["abnormal"]), (&4.into(), &2.into()));
        assert_eq!((&told["unpaid"], &told["unpaid_fen"]), (&1.into(), &1_500.into()), "the other was paid since");
        let reasons: Vec<_> = told["bars"].as_array().unwrap().iter().map(|bar| bar["key"].as_str().unwrap()).collect();
        assert_eq!(reasons, ["other", "paid_but_stuck"]);
        assert_eq!(told["same_plates"][0]["plate"], "粤B12345");
        assert_eq!(told["same_plates"][0]["openings"], 3);
        for by in ["lot", "lane", "person", "hour", "reason"] {
            let told = chief.get(&format!("/api/openings/statistics?by={by}")).await;
            for bar in told.ok(200)["bars"].as_array().unwrap() {
                let key = bar["key"].as_str().unwrap();
                let rows = chief.get(&format!("/api/openings?{by}={key}")).await;
                assert_eq!(
                    u64::try_from(ids(rows.ok(200)).len()).unwrap(),
                    bar["openings"].as_u64().unwrap(),
                    "{by} {key}"
                );
                assert!(!bar["label"].as_str().unwrap().is_empty());
            }
        }
        let none = chief.get("/api/openings/statistics?by=lot&plate=粤B00000").await;
        assert_eq!(none.ok(200)["openings"], 0);
        chief.get("/api/openings/statistics?by=colour").await.refused(422, "invalid");
        place.desk("guard").await.get("/api/openings/statistics?by=lot").await.refused(403, "not_allowed");
        place.hub.stop().await;
    })
    .await;
}
