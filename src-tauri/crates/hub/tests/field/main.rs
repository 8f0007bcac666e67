//! The hub beside a simulated lot, over real sockets: what devices tell, what people do, what the records then say.

mod lot;
mod money;
mod pictures;
mod reads;
mod silence;
mod stays;
