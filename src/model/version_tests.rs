use super::*;

fn split(tag: &str) -> Option<(String, String)> {
    split_tag(tag).map(|(s, v)| (s.prefix.clone(), s.number(&v)))
}

#[test]
fn learns_the_scheme_from_a_tag() {
    for (tag, prefix, number) in [
        ("v1.2.0", "v", "1.2.0"),
        ("1.2.0", "", "1.2.0"),
        ("app/v1.2.0", "app/v", "1.2.0"),
        ("app@1.2.0", "app@", "1.2.0"),
        ("@shop/app@1.2.0", "@shop/app@", "1.2.0"),
        ("release-1.2.0", "release-", "1.2.0"),
        ("V1.2.3", "V", "1.2.3"),
        ("v1.2", "v", "1.2"),
        ("24.04", "", "24.04"),
        ("1.2.3.4", "", "1.2.3.4"),
        ("2024.11.01", "", "2024.11.01"),
        ("release-2026-11-22", "release-", "2026.11.22"),
        ("curl-8_21_0", "curl-", "8.21.0"),
        ("REL_1_2_3", "REL_", "1.2.3"),
        ("log4j-2-1.2.3", "log4j-2-", "1.2.3"),
        ("1.2.0.Final", "", "1.2.0"),
        ("v1.2.0.RELEASE", "v", "1.2.0"),
        ("rel-1_2_0-final", "rel-", "1.2.0"),
        ("app@1.2.0+ga", "app@", "1.2.0"),
    ] {
        assert_eq!(split(tag), Some((prefix.to_owned(), number.to_owned())), "{tag}");
        let (scheme, version) = split_tag(tag).unwrap();
        assert_eq!((scheme.tag(&version).as_str(), scheme.version(tag)), (tag, Some(version)));
    }
}

#[test]
fn the_next_release_is_written_as_the_last_one() {
    for (tag, next) in [
        ("v1.2.9", "v1.2.10"),
        ("V1.2.3", "V1.2.4"),
        ("v1.2", "v1.2.1"),
        ("24.04", "24.04.1"),
        ("24.04.1", "24.04.2"),
        ("1.2.3.4", "1.2.3.5"),
        ("1.2.3.4.9", "1.2.3.4.10"),
        ("2024.11.01", "2024.11.02"),
        ("2024.11.1", "2024.11.2"),
        ("release-2026-11-09", "release-2026-11-10"),
        ("curl-8_21_0", "curl-8_21_1"),
        ("REL_1_2_03", "REL_1_2_04"),
        ("1.2.0.Final", "1.2.1.Final"),
        ("v1.2.9-release", "v1.2.10-release"),
        ("24.04-LTS", "24.04.1-LTS"),
    ] {
        let (scheme, version) = split_tag(tag).unwrap();
        assert_eq!(scheme.tag(&next_patch(&version, |_| false)), next, "{tag}");
    }
}

#[test]
fn dates_are_told_from_numbers() {
    let dated = |tag: &str| split_tag(tag).unwrap().0.is_dated();
    assert!(dated("2024.11.01") && dated("release-2026-11-22") && dated("v2024.1.2"));
    assert!(!dated("24.04.1") && !dated("v1.2.3") && !dated("v2024.0.1") && !dated("2024.11"));
    assert_ne!(split_tag("v2026.11.22").unwrap().0, split_tag("v1.2.3").unwrap().0);
}

#[test]
fn numbers_behind_the_patch_are_ordered() {
    let version = |tag: &str| split_tag(tag).unwrap().1;
    let order = ["v1.2.3", "v1.2.3.4", "v1.2.3.10", "v1.2.4"];
    for pair in order.windows(2) {
        assert!(by_precedence(&version(pair[0]), &version(pair[1])).is_lt(), "{pair:?}");
    }
    assert_eq!(version("v1.2"), version("v1.2.0"));
}

#[test]
fn knows_the_package() {
    let package = |prefix: &str| TagScheme::with_prefix(prefix).package().map(str::to_owned);
    for prefix in ["app/v", "app@", "app-v", "@shop/app@", "libs/app/v", "app/", "app_"] {
        assert_eq!(package(prefix).as_deref(), Some("app"), "{prefix}");
    }
    for prefix in ["v", "", "release-", "REL_", "version/", "releases/v"] {
        assert_eq!(package(prefix), None, "{prefix}");
    }
    assert_eq!(package("srv/v").as_deref(), Some("srv"));
}

#[test]
fn what_is_not_a_release() {
    for tag in [
        "nightly",
        "v1.2.0-rc.1",
        "v1.2.0-rc.1.2",
        "v1.2.0+build",
        "v1.2.0-hotfix.1",
        "",
        "v1",
        "v1.2.0-1.0",
        "v1.2.0rc1",
        "nightly-2026-11-22",
        "1.2.0b2",
        "v1.2.0-beta",
        "beta-1.2.0",
        "20261122",
    ] {
        assert_eq!(split(tag), None, "{tag}");
    }
}

#[test]
fn what_may_be_a_release_all_the_same() {
    for tag in [
        "1.2.0.Final",
        "v5",
        "20261122",
        "release-20261122",
        "1.2.0-jre",
        "v1.2.0+build",
        "v1.2",
        "r123",
        "build-451",
        "2024.w05",
        "app-2024-W5",
        "2024Q3",
        "release_12",
    ] {
        assert!(looks_like_a_release(tag), "{tag}");
    }
    for tag in ["nightly-20261122", "vNext", "v1.3.0-rc.1", "latest", "1.2.0b2", "sprint"] {
        assert!(!looks_like_a_release(tag), "{tag}");
    }
}

#[test]
fn pre_releases_are_told_from_what_is_no_release() {
    for tag in ["v1.3.0-rc.1", "5.1.0.RC1", "1.0.0a", "1.2.0b2", "2.0-beta", "1.4.0-M3", "v1.0.0-alpha"] {
        assert!(is_pre_release(tag) && split(tag).is_none(), "{tag}");
    }
    for tag in ["v1.2.0", "nightly-20261122", "test-1.2", "latest", "1.2.0.Final", "sprint-a", "v1.2.0-test"]
    {
        assert!(!is_pre_release(tag), "{tag}");
    }
}

#[test]
fn the_number_after_a_form_that_is_not_understood() {
    for (tag, next) in
        [("1.2.0-jre", "1.2.1"), ("r123", "123.0.1"), ("2024.w05", "2024.5.1"), ("v2", "2.0.1")]
    {
        assert_eq!(number_after(tag).map(|v| v.to_string()).as_deref(), Some(next), "{tag}");
    }
    assert_eq!(number_after("latest"), None);
}

#[test]
fn the_next_free_patch() {
    let base = Version::new(1, 2, 0);
    let taken = [Version::new(1, 2, 1), Version::new(1, 2, 2)];
    assert_eq!(next_patch(&base, |v| taken.contains(v)), Version::new(1, 2, 3));
}

#[test]
fn the_version_that_a_pre_release_leads_up_to() {
    for text in ["2.0.0", "v2.0.0-rc.1", "2.0.0b3", "2.0.0-SNAPSHOT", "2.0.0.dev0", "2.0.0+5"] {
        assert_eq!(begun_by(text), Some(Version::new(2, 0, 0)), "{text}");
    }
    assert_eq!(begun_by("next"), None);
    assert_eq!(begun_by("2"), None);
}

#[test]
fn a_version_that_was_typed() {
    assert_eq!(typed("v1.2.1"), Some(Version::new(1, 2, 1)));
    assert_eq!(typed("2026.11.09"), Some(Version::new(2026, 11, 9)));
    assert_eq!(typed("1.2.1-rc.1"), None);
    assert_eq!(is_plain_version("1.2"), None);
    assert_eq!(is_plain_version("1.2.1"), Some(Version::new(1, 2, 1)));
}

#[test]
fn the_line_of_a_release() {
    let line = |tag: &str| split_tag(tag).map(|(s, v)| s.line(&v)).unwrap();
    assert_eq!(line("v1.2.3"), "v1.2.*");
    assert_eq!(line("v1.2"), "v1.2*");
    assert_eq!(line("curl-8_21_0"), "curl-8_21*");
}
