//! The way to a forge: TLS with certificates of our own, and a proxy, as git is told of them.

use crate::requests::{NAME, is_done, ready};
use crate::support::{Certificates, Flavour, Forge, Hotfix, Shop, TOKEN, Tls, Tunnel, require};

fn encrypted(hosts: &[&str]) -> Option<(Shop, Forge, Hotfix, Certificates, Tls)> {
    if !require("openssl") {
        return None;
    }
    let (shop, forge, hotfix) = ready(Flavour::GitHub);
    let certificates = Certificates::make(&shop.world.root.join("certificates"), hosts);
    let tls = Tls::of(&forge, &certificates);
    Some((shop, forge, hotfix, certificates, tls))
}

fn at(shop: &Shop, address: &str) {
    shop.git(["config", "hotfix.forge.api", &format!("{address}/api/v3")]);
}

#[test]
fn a_certificate_of_our_own_is_trusted_where_git_is_told_to() {
    let Some((shop, forge, hotfix, certificates, tls)) = encrypted(&["localhost"]) else { return };
    let address = format!("https://localhost:{}", tls.port());
    at(&shop, &address);
    hotfix.finish().exits(8).says("the connection to localhost").says("is not trusted").does_not_say(TOKEN);
    assert_eq!(forge.signed_calls(), 0, "the token went to nobody");
    shop.git(["config", &format!("http.{address}/.sslCAInfo"), &certificates.authority()]);
    hotfix.finish().ok();
    is_done(&shop, &forge, &hotfix);
}

#[test]
fn the_systems_own_variable_is_heard() {
    let Some((shop, forge, hotfix, certificates, tls)) = encrypted(&["localhost"]) else { return };
    at(&shop, &format!("https://localhost:{}", tls.port()));
    shop.call(["finish", NAME, "-y"]).env("SSL_CERT_FILE", certificates.authority()).run().ok();
    is_done(&shop, &forge, &hotfix);
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let Some((shop, forge, hotfix, certificates, tls)) = encrypted(&["other.example"]) else { return };
    at(&shop, &format!("https://localhost:{}", tls.port()));
    shop.git(["config", "http.sslCAInfo", &certificates.authority()]);
    hotfix.finish().exits(8).says("is not trusted");
    assert_eq!(forge.signed_calls(), 0);
}

#[test]
fn a_file_without_certificates_is_named() {
    let Some((shop, _forge, hotfix, _certificates, tls)) = encrypted(&["localhost"]) else { return };
    at(&shop, &format!("https://localhost:{}", tls.port()));
    let before = shop.remote_refs();
    shop.git(["config", "http.sslCAInfo", "/dev/null"]);
    hotfix.finish_with(&["--mode", "pr"]).exits(1).says("the certificates in /dev/null cannot be read");
    assert_eq!(shop.remote_refs(), before);
}

#[test]
fn the_proxy_that_git_is_told_of_is_used() {
    let Some((shop, forge, hotfix, certificates, tls)) = encrypted(&["forge.example"]) else { return };
    let proxy = Tunnel::to(tls.port());
    at(&shop, "https://forge.example");
    shop.git(["config", "http.sslCAInfo", &certificates.authority()]);
    shop.git(["config", "http.https://forge.example/.proxy", &proxy.address()]);
    hotfix.finish().ok();
    is_done(&shop, &forge, &hotfix);
    assert!(
        proxy.asked().iter().all(|line| line.starts_with("CONNECT forge.example:443 ")),
        "{:?}",
        proxy.asked()
    );
    assert!(!proxy.asked().is_empty());
}

#[test]
fn the_proxy_of_the_environment_is_used_and_a_broken_one_is_no_dead_end() {
    let Some((shop, forge, hotfix, certificates, tls)) = encrypted(&["forge.example"]) else { return };
    let proxy = Tunnel::to(tls.port());
    at(&shop, "https://forge.example");
    shop.git(["config", "http.sslCAInfo", &certificates.authority()]);
    let finish = |address: &str| shop.call(["finish", NAME, "-y"]).env("HTTPS_PROXY", address).run();
    let broken = finish("http://127.0.0.1:9");
    broken.exits(8).says("the forge cannot be reached").says("https://forge.example/team/shop/compare/main");
    finish(&proxy.address()).ok();
    is_done(&shop, &forge, &hotfix);
}
