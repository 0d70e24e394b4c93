use shelf::doctor::Finding;

use super::{debian_package, installed_languages, tesseract_version};

shelf::doctor_check!(checkup);

/// What `shelf doctor` looks for on behalf of `ocr`.
fn checkup() -> Vec<Finding> {
    let languages = installed_languages();
    let mend = |code: &str| format!("apt-get install {}", debian_package(code));
    let found = if languages.is_empty() { "none".to_owned() } else { languages.join(", ") };
    let languages = if languages.iter().any(|code| code == "eng") {
        Finding::good("languages", found)
    } else {
        Finding::missing("languages", format!("{found}; not `eng`, the default"), mend("eng"))
    };
    vec![Finding::good("tesseract", tesseract_version()), languages]
}
