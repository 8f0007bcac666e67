//! People, their one role and what it may do (R3).

words! {
    /// A person's one role.
    pub enum Role {
        /// 项目处人员: works at a lot, needs no seat.
        LotStaff = "lot_staff",
        /// 客服: call centre, bound to a seat.
        Agent = "agent",
        /// 主管: watches, takes over, reviews.
        Supervisor = "supervisor",
        /// 管理员: configures.
        Admin = "admin",
    }
}
