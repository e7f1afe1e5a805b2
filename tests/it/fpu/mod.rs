//! The coprocessor. `errors`: where its errors lead. `operands`: its way to memory. `guests`: programs
//! in a session.
//!
//! `cases` compares it with the x87 of the machine that the tests run on: random states, each form of
//! each instruction, and the images that FNSAVE leaves, bit for bit.
//!
//! | difference between an 80387 and today's chips | how it is met |
//! | --- | --- |
//! | pointers: FCS and FDS are zero, FOP is kept after errors only | bytes 12–27 of the image are not compared |
//! | transcendental functions: both are within 1 ulp, neither is correctly rounded | results may be 1 ulp apart, C1 (which way it was rounded) may differ |
//! | FSIN, FCOS, FSINCOS, FPTAN: today's chips and the 80387 take multiples of a 66-bit π off, ours of π itself | results are compared for operands below 1/2 |
//! | reserved encodings are instructions now (FCMOV, FCOMI, FISTTP) or #UD | not executed |

#[cfg(target_arch = "x86_64")]
mod cases;
#[cfg(target_arch = "x86_64")]
mod emulated;
mod errors;
mod guests;
#[cfg(target_arch = "x86_64")]
mod host;
#[cfg(target_arch = "x86_64")]
mod images;
mod lab;
mod operands;
