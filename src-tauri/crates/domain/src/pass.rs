//! Monthly passes (月卡).

words! {
    /// A pass's status; `created` and `active` are valid.
    pub enum PassStatus {
        /// 已创建
        Created = "created",
        /// 使用中
        Active = "active",
        /// 已禁用
        Suspended = "suspended",
        /// 已取消
        Cancelled = "cancelled",
    }
}
