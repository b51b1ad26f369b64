//! Prints the trees of rules.
fn main() {
    for path in std::env::args().skip(1) {
        for placed in detect::rule::Collection::load([path]).rules {
            println!("{:#?}", placed.rule.buffers);
            for item in placed.rule.options {
                println!("{} {:?}", item.buffer, item.keyword);
            }
        }
    }
}
