use shelf::doctor::Finding;

use super::{debian_package, installed_dictionaries};

shelf::doctor_check!(checkup);

/// What `shelf doctor` looks for on behalf of `vocabulary` and `corrected`.
fn checkup() -> Vec<Finding> {
    let names = installed_dictionaries();
    let found = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let english = names.iter().any(|name| name.split('_').next() == Some("en"));
    vec![if english {
        Finding::good("dictionaries", found)
    } else {
        let mend = format!("apt-get install {}", debian_package("en"));
        Finding::missing("dictionaries", format!("{found}; not `en`, the default"), mend)
    }]
}
