//! Which words may name a party, an asset or a document.

use crate::texts::refused;

/// Words with a meaning of their own wherever a value is wanted.
const RESERVED: [&str; 14] = [
    "yes",
    "no",
    "true",
    "false",
    "none",
    "unknown",
    "silent",
    "excluded",
    "indefinite",
    "until_terminated",
    "promptly",
    "anyone",
    "world",
    "public",
];

/// Signs of scripts and of decomposed accents that join letters and are no letters themselves.
const JOINING: [char; 15] = [
    '\u{94D}', '\u{9CD}', '\u{A4D}', '\u{ACD}', '\u{B4D}', '\u{BCD}', '\u{C4D}', '\u{CCD}', '\u{D4D}',
    '\u{DCA}', '\u{E4E}', '\u{1039}', '\u{103A}', '\u{17D2}', '\u{30FB}',
];

/// Whether the word is an answer or another fixed word, which no declaration may take as its name.
pub fn is_reserved_name(word: &str) -> bool {
    RESERVED.contains(&word)
}

/// Whether the word may name something; if not, why.
///
/// # Errors
/// The reason, in words for the author.
pub fn check_name(word: &str) -> Result<(), String> {
    if word.is_empty() {
        return Err("a name needs at least one letter or digit".into());
    }
    if is_reserved_name(word) {
        return Err(format!("`{word}` is an answer and cannot be a name"));
    }
    if let Some(found) = word.chars().find(|c| !is_name_char(*c)) {
        return Err(match found {
            '_' => format!("`{word}` cannot be a name: write `{}`", word.replace('_', "-")),
            _ if refused(found).is_some() => {
                format!("a name cannot hold the invisible character U+{:04X}", u32::from(found))
            }
            _ => format!("`{word}` cannot be a name: `{found}` is neither a letter nor a digit, `-` or `.`"),
        });
    }
    if word.starts_with(['-', '.']) || word.ends_with(['-', '.']) {
        return Err(format!("`{word}` cannot be a name: a name begins and ends with a letter or a digit"));
    }
    Ok(())
}

fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '.' | '\u{300}'..='\u{36F}') || JOINING.contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for good in ["acme", "dx-7b", "v1.2", "7b", "müller", "mu\u{308}ller", "株式会社", "हिन्दी", "обмен"]
        {
            assert_eq!(check_name(good), Ok(()), "{good}");
        }
        for bad in
            ["", "yes", "world", "-a", "a.", "..", "a_b", "a/b", "a\u{202E}b", "a\u{200B}b", "a\u{7}b", "a b"]
        {
            assert!(check_name(bad).is_err(), "{bad:?}");
        }
        assert_eq!(check_name("dx_7b"), Err("`dx_7b` cannot be a name: write `dx-7b`".into()));
    }
}
