use super::*;

fn redactor() -> Redactor {
    let vars = [
        ("DEPLOY_TOKEN", "hunter2hunter2"),
        ("SSH_AUTH_SOCK", "/tmp/agent.1"),
        ("MY_SECRET", "short"),
        ("GIT_AUTHOR_NAME", "Ada Lovelace"),
        ("GIT_AUTHOR_DATE", "@1700000000 +0000"),
        ("CACHE_KEY", "production"),
        ("STRIPE_KEY", "q9w8e7r6t5"),
        ("DATABASE_URL", "postgres://app:correct-horse@db/shop"),
        ("PWD", "/home/ada/shop"),
        ("TOKEN_FILE", "deploy.token.txt"),
        ("KEYBOARD_LAYOUT", "us-intl-dvorak1"),
    ];
    Redactor::new(&vars.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
}

fn clean(text: &str) -> String {
    redactor().clean(text)
}

/// Nothing of this may be left of the text.
fn gone(text: &str, secret: &str) {
    let cleaned = clean(text);
    assert!(!cleaned.contains(secret), "{text:?} became {cleaned:?}");
    assert!(cleaned.contains("[redacted"), "{text:?} became {cleaned:?}");
}

#[test]
fn tokens_that_their_issuers_mark() {
    let a = |n: usize| "a1B2".repeat(n);
    for token in [
        format!("ghp_{}", a(9)),
        format!("gho_{}", a(9)),
        format!("ghs_{}", a(9)),
        format!("github_pat_11AB_{}", a(9)),
        format!("glpat-{}", a(5)),
        format!("xoxb-123456789012-{}", a(4)),
        format!("xapp-1-A01-{}", a(4)),
        "AKIAIOSFODNN7EXAMPLE".to_owned(),
        "ASIAIOSFODNN7EXAMPLE".to_owned(),
        format!("AIza{}", a(9)),
        format!("sk_live_{}", a(5)),
        format!("sk-ant-api03-{}", a(9)),
        format!("npm_{}", a(9)),
        format!("hf_{}", a(9)),
        format!("SG.{}.{}", a(5), a(9)),
        format!("hvs.{}", a(9)),
        format!("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.{}", a(9)),
    ] {
        for text in [
            token.clone(),
            format!("used {token}, it works"),
            format!("'{token}'"),
            format!("x={token}"),
            format!("({token})"),
            format!("https://api/?t={token}&x=1"),
        ] {
            gone(&text, &token);
        }
        assert_eq!(clean(&format!("key {token}!")), "key [redacted]!");
    }
    for token in [
        "ya29.a0AfH6SMBx1234567890abcdef".to_owned(),
        format!("dop_v1_{}", "0a1b2c3d".repeat(8)),
        format!("sk_test_{}", a(6)),
    ] {
        gone(&format!("it was {token}."), &token);
    }
    let digits = "0a1b2c3d".repeat(4);
    for token in [
        format!("AGE-SECRET-KEY-1{}", "QZ9X".repeat(15)),
        format!("tskey-auth-{}", a(6)),
        format!("NRAK-{}", "A1B2".repeat(7)),
        format!("dapi{digits}"),
        format!("key-{digits}"),
        format!("glsa_{}_12345678", a(8)),
        format!("sntrys_{}", a(12)),
        format!("figd_{}", a(8)),
        format!("lin_api_{}", a(10)),
        format!("rubygems_{}", "0a1b2c3d".repeat(6)),
        format!("ATATT3xFfGF0{}", a(12)),
        format!("glptt-{}", a(10)),
        format!("hvb.{}", a(12)),
        format!("GOCSPX-{}", a(7)),
        format!("dp.st.prd.{}", a(10)),
    ] {
        gone(&format!("it was {token}."), &token);
    }
    for (place, secret) in [
        ("https://hooks.slack.com/workflows/T0/A0/123/XXXXyyyy1234", "XXXXyyyy1234"),
        ("https://chat.example.org/hooks/xk1z8nq3ubbk7p5yxwz3u9s1ah", "xk1z8nq3"),
        ("https://acme.webhook.office.com/webhookb2/1a2b3c4d-0000@9f8e/IncomingWebhook/77aa", "77aa"),
        ("https://discord.com/api/v10/webhooks/123456789012345678/AbCdEfGh12345678ijkl", "AbCdEfGh"),
        ("https://api.telegram.org/bot12345678:AAHdqTcvCH1vGWJxfSeofSAs0K5/sendMessage", "AAHdqTcv"),
        ("https://hooks.zapier.com/hooks/catch/1234567/abcdefg/", "abcdefg"),
    ] {
        gone(&format!("curl -d x {place} works"), secret);
    }
    for host in ["discord.com", "discordapp.com"] {
        gone(&format!("curl https://{host}/api/webhooks/123456/AbC-dEf_9 -d x"), "AbC-dEf_9");
    }
    gone("curl https://hooks.slack.com/services/T000/B000/XXXXyyyy1234 -d x", "XXXXyyyy1234");
}

#[test]
fn what_a_name_calls_a_secret() {
    for (text, secret) in [
        ("--password=geheim ok", "geheim"),
        ("PGPASSWORD=geheim psql", "geheim"),
        ("DB_PASSWORD_PROD=geheim", "geheim"),
        ("password: s3cr3t!", "s3cr3t"),
        ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG", "wJalr"),
        (r#"{"password":"with spaces in it"}"#, "spaces"),
        (r#"{\"apiKey\": \"abcdef\"}"#, "abcdef"),
        ("token='abc def'", "def"),
        ("X-Api-Key: 12ab34cd", "12ab34cd"),
        ("PRIVATE-TOKEN: 12ab34cd", "12ab34cd"),
        ("https://host/x?access_token=abcdef&y=1", "abcdef"),
        ("Authorization: Bearer abc def", "abc"),
        ("-H \"Authorization: Basic YWRhOnB3\" -d x", "YWRh"),
        ("Proxy-Authorization: Basic YWRhOnB3", "YWRh"),
        ("Set-Cookie: session=abc; HttpOnly", "abc"),
        ("bearer abcdef123456", "abcdef123456"),
        ("_auth=YWRhOnB3YWRh", "YWRh"),
        ("client_secret: 'q'", "'q'"),
        ("https://s.blob.core.windows.net/x?sv=2022&sig=a%2Fb9cD3eF&se=1", "a%2Fb9cD3eF"),
        ("AccountName=shop;AccountKey=Zm9vYmFy+/x==;EndpointSuffix=core", "Zm9vYmFy"),
        ("STRIPE_KEY=q9w8e7r6", "q9w8e7r6"),
        ("X_KEY=abc", "abc"),
        ("we ran deploy --password geheim --force", "geheim"),
        ("deploy --api-token t0k", "t0k"),
        ("we ran curl -u ada:geheim https://host/x", "geheim"),
        ("mysql -h db -pgeheim shop", "geheim"),
        ("`mysqldump -pgeheim`, as always", "geheim"),
        ("docker login -u ada -p geheim registry", "geheim"),
        (r#"{"routing_key":"0a1b2c"}"#, "0a1b2c"),
    ] {
        gone(text, secret);
    }
    assert_eq!(clean("https://host/x?access_token=abcdef&y=1"), "https://host/x?access_token=[redacted]&y=1");
    assert_eq!(clean("-H \"Authorization: Basic YWRhOnB3\" -d x"), "-H \"Authorization: [redacted]\" -d x");
}

#[test]
fn what_the_environment_holds() {
    assert_eq!(clean("curl -H x hunter2hunter2"), "curl -H x [redacted]");
    gone("psql says correct-horse is wrong", "correct-horse");
    gone("stripe q9w8e7r6t5", "q9w8e7r6t5");
    for word in ["short", "Ada Lovelace", "/tmp/agent.1", "production", "/home/ada/shop", "us-intl-dvorak1"] {
        assert_eq!(clean(word), word);
    }
}

#[test]
fn addresses_lose_their_password() {
    assert_eq!(clean("https://me:pw@host/x"), "https://[redacted]@host/x");
    assert_eq!(clean("push to https://tok@host/x.git"), "push to https://[redacted]@host/x.git");
    assert_eq!(clean("postgres://app:pw@db:5432/shop"), "postgres://[redacted]@db:5432/shop");
    assert_eq!(clean("mongodb+srv://u:p/w@db.host/shop"), "mongodb+srv://[redacted]@db.host/shop");
    assert_eq!(clean("amqp://u:p#w@mq:5672/"), "amqp://[redacted]@mq:5672/");
    assert_eq!(clean("https://a/?to=https://me:pw@b/"), "https://a/?to=https://[redacted]@b/");
    for kept in ["http://localhost:8080/a@b", "http://[::1]:80/a@b", "see http://host:/x@y"] {
        assert_eq!(clean(kept), kept);
    }
    for kept in ["ssh://git@host/x.git", "git@host:x.git", "see https://host/a@b", "ftp://ada@host/"] {
        assert_eq!(clean(kept), kept);
    }
}

#[test]
fn private_keys_go_whole_or_cut() {
    let (begin, end) = ("-----BEGIN OPENSSH PRIVATE KEY-----", "-----END OPENSSH PRIVATE KEY-----");
    let body = "b3BlbnNzaC1rZXktdjEAAAAA\nQyNTUxOQAAACD=\n";
    assert_eq!(clean(&format!("a\n{begin}\n{body}{end}\nafter")), "a\n[redacted private key]\nafter");
    assert_eq!(
        clean(&format!("{body}{end}\nafter")),
        "[redacted private key]\nafter",
        "its beginning was cut off"
    );
    assert_eq!(
        clean(&format!("{begin}\n{body}and then we slept")),
        "[redacted private key]\nand then we slept"
    );
    assert_eq!(clean("the PRIVATE KEY was rotated"), "the PRIVATE KEY was rotated");
}

#[test]
fn ordinary_words_stay() {
    for text in [
        "turned the login flag off at 14:02",
        "author: Ada",
        "git log --author=Ada",
        "token bucket is full",
        "the token: expired",
        "password: wrong for everybody",
        "auth: login asks twice",
        "auth:login",
        "max_tokens=4096",
        "cache key=user:42",
        "primary_key=17",
        "token == null",
        "PASSWORD=$PASSWORD",
        "token=<yours>",
        "password_file=/run/secrets/db",
        "monkeyJungleIsAVeryLongWordWithManyLetters.x",
        "npm_config_registry_is_set_to_the_mirror_now",
        "AKIAIOSFODNN7EXAMPLEANDMORE",
        "bearer of bad news",
        "pass: 12 of 14 tests",
        "commit 3f2a1c9 at https://host/x?page=2",
        "sk-learn was updated",
        "secret santa",
        "ünïcödé password",
        "it takes --password from the file",
        "use --token instead",
        "CACHE_KEY=user:42",
        "PRIMARY_KEY=17",
        "signal=9",
        "sig: a short word",
        "DESIGN=12",
        "ya29 is a prefix",
        "sk_test_ is for tests",
        "discord.com/channels/12/34",
        "https://docs.github.com/en/webhooks/webhook-events-and-payloads",
        "https://github.com/acme/shop/settings/hooks/123456789",
        "https://git.host/acme/shop/blob/main/hooks/pre-commit",
        "key-value store",
        "dapi is down",
        "docker run -u 1000:1000 shop",
        "the login -p",
        "mkdir -p mysql/data",
        "tar -pxf mysql.tar",
    ] {
        assert_eq!(clean(text), text);
    }
}

#[test]
fn command_lines_are_read_word_by_word() {
    let cases: [(&[&str], &str); 9] = [
        (&["deploy", "--token", "abc", "-v"], "deploy --token [redacted] -v"),
        (&["deploy", "--token", "--force"], "deploy --token --force"),
        (&["mysql", "-uroot", "-psecret", "shop"], "mysql -uroot -p[redacted] shop"),
        (&["/usr/bin/mysqldump", "-psecret"], "/usr/bin/mysqldump -p[redacted]"),
        (&["mkdir", "-p", "a"], "mkdir -p a"),
        (&["docker", "login", "-p", "pw", "host"], "docker login -p [redacted] host"),
        (&["curl", "-u", "ada:pw", "https://host"], "curl -u [redacted] https://host"),
        (&["sudo", "-u", "postgres", "psql"], "sudo -u postgres psql"),
        (&["sshpass", "-p", "pw", "ssh", "host"], "sshpass -p [redacted] ssh host"),
    ];
    for (words, wanted) in cases {
        let words: Vec<String> = words.iter().map(|w| (*w).to_owned()).collect();
        assert_eq!(redactor().clean_words(&words).join(" "), wanted);
    }
}

#[test]
fn cleaning_twice_changes_nothing_more() {
    for text in ["password=abc1234 x", "Authorization: Bearer x", "https://a:b@c/", r#"{"token":"abc"}"#] {
        let once = clean(text);
        assert_eq!(clean(&once), once);
    }
}

#[test]
fn a_long_line_is_read_once() {
    let redactor = redactor();
    for piece in [
        "[",
        "://",
        "a:",
        "x",
        "-eyJ",
        "auth:",
        "token:$",
        "token=",
        "cookie:x'",
        "cookie:",
        "authorization:",
        "bearer ",
        "https://a",
        "--token ",
        "pass\"",
        "AKIA ",
        "hf_ ",
        "sk-",
        "-----BEGIN ",
        "\u{e9}",
        "sig=[",
        "a://b:c/",
        "a://b/hooks/",
        "mysql -p ",
        "login -p ",
    ] {
        // Quadratic work on this much takes minutes.
        let line = piece.repeat(100_000 / piece.len());
        assert!(!redactor.clean(&line).is_empty(), "{piece}");
    }
}
