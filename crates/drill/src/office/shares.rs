//! What lies on the file server.

use crate::random::Random;

/// Folders of the share "public".
pub(crate) const FOLDERS: [&str; 8] = [
    "Accounting",
    "Sales\\2025",
    "Drawings",
    "Contracts",
    "Personnel",
    "Minutes",
    "Purchasing",
    "Photos",
];

/// Names of the files of a folder.
pub(crate) fn names(seed: u64, folder: usize, count: usize) -> Vec<String> {
    const STEMS: [&str; 12] = [
        "invoice",
        "estimate",
        "drawing",
        "contract",
        "payroll",
        "minutes",
        "order",
        "stock",
        "photo",
        "plan",
        "report",
        "customer-list",
    ];
    const KINDS: [&str; 7] = ["xlsx", "docx", "pdf", "xlsx", "jpg", "csv", "pptx"];
    let mut random = Random::new(seed).fork("share", folder as u64);
    (0..count)
        .map(|number| {
            let (stem, kind) = (*random.pick(&STEMS), *random.pick(&KINDS));
            format!(
                "{stem}-2025{:02}-{:03}.{kind}",
                1 + random.below(6),
                number + 1
            )
        })
        .collect()
}
