//! What the bar offers: the operations that fit this vehicle, this direction and this lot, nothing else (R18).

words! {
    /// An operation a person may be offered.
    pub enum Op {
        /// Raise the barrier in the normal way.
        Open = "open",
        /// Lower the barrier.
        Close = "close",
        /// Abnormal release.
        Release = "release",
        /// Take a fresh lane picture.
        RefreshPicture = "refresh_picture",
        /// Type the right plate.
        CorrectPlate = "correct_plate",
        /// Look an unlicensed vehicle up by the driver's phone.
        FindPhone = "find_phone",
        /// Choose among look-alike candidates.
        ChooseVehicle = "choose_vehicle",
        /// Show a QR code on the robot or the desk.
        ShowQr = "show_qr",
        /// Show text on the robot, for example a refusal.
        ShowText = "show_text",
        /// Speak through the robot.
        Speak = "speak",
        /// Take a picture with the lane's ID camera.
        Capture = "capture",
        /// Restart the robot.
        Restart = "restart",
        /// End the robot's call.
        HangUp = "hang_up",
        /// Record cash taken (R39).
        RecordCash = "record_cash",
        /// File a follow-up debt (R38).
        FileDebt = "file_debt",
    }
}

words! {
    /// What must be sent with an operation.
    pub enum Need {
        /// The visitor's phone.
        DriverPhone = "driver_phone",
        /// Why a visitor comes in.
        EntryReason = "entry_reason",
        /// A reason from the list.
        Reason = "reason",
        /// A remark.
        Remark = "remark",
        /// ID photos.
        Photos = "photos",
        /// A supervisor's approval.
        Approval = "approval",
        /// Word that nothing stands under the arm.
        Clear = "clear",
    }
}
