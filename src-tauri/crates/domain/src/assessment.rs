//! The hub's first judgement of why the barrier did not open (初步判断开闸原因).

words! {
    /// What a vehicle at a lane is judged as.
    pub enum Assessment {
        /// A lookup failed; never taken for `temporary`.
        Unknown = "unknown",
        /// 车主锁车: the owner locked the vehicle.
        VehicleLocked = "vehicle_locked",
        /// 黑名单: barred from this lot.
        Blacklisted = "blacklisted",
        /// 有效月卡: a valid pass.
        PassValid = "pass_valid",
        /// 月卡过期: the pass has ended.
        PassExpired = "pass_expired",
        /// 月卡共享车位被占: every space of the pass is taken by its other plates.
        SpaceTaken = "space_taken",
        /// 普通临停: pays by time.
        Temporary = "temporary",
        /// 无牌车: identified by the driver's phone number.
        Unlicensed = "unlicensed",
        /// 无进场信息: at an exit, and not known to be inside.
        NoEntryRecord = "no_entry_record",
    }
}
