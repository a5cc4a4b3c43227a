//! Repositories that try to run something, hang the reader or change what it says.

use std::time::Duration;

use lynchpin_link::git::{Options, assess};

use super::support::*;

/// A repository whose configuration names a program, which leaves a mark, wherever git takes one.
fn armed() -> (Repo, std::path::PathBuf) {
    let mut repo = Repo::new();
    repo.commit(".gitattributes", "* diff=evil filter=evil merge=evil\n", "base");
    repo.tag("v1");
    repo.commit("a", "1\n2\n", "one\n\nReviewed-by: Bob <bob@example.org>\n");
    repo.commit("a", "1\n2\n3\n", "two");
    repo.raw_commit(
        b"author Ann <ann@example.org> 1700000600 +0000\n\
          committer Ann <ann@example.org> 1700000600 +0000\n\
          gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----\n",
        b"signed\n",
    );
    let mark = repo.path().join(".git/mark");
    let script = repo.path().join(".git/evil.sh");
    let text = format!("#!/bin/sh\necho \"$0 $@\" >> '{}'\nexit 0\n", mark.display());
    std::fs::write(&script, text).unwrap();
    make_runnable(&script);
    let run = script.to_str().unwrap();
    let settings = [
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "core.askPass",
        "core.editor",
        "core.gitProxy",
        "core.alternateRefsCommand",
        "diff.external",
        "diff.evil.command",
        "diff.evil.textconv",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "merge.evil.driver",
        "gpg.program",
        "gpg.ssh.program",
        "pager.log",
        "pager.diff",
        "credential.helper",
        "sequence.editor",
        "interactive.diffFilter",
        "trailer.x.command",
        "trailer.x.cmd",
        "uploadpack.packObjectsHook",
        "alias.log",
        "alias.rev-parse",
    ];
    for setting in settings {
        let value = if setting.starts_with("alias.") { format!("!{run}") } else { run.to_owned() };
        repo.git(&["config", setting, &value]);
    }
    for (setting, value) in [
        ("log.showSignature", "true"),
        ("diff.evil.cachetextconv", "true"),
        ("trailer.x.key", "Reviewed-by"),
        ("trailer.x.ifmissing", "add"),
        ("core.hooksPath", repo.path().join(".git/evilhooks").to_str().unwrap()),
    ] {
        repo.git(&["config", setting, value]);
    }
    for folder in ["hooks", "evilhooks"] {
        let folder = repo.path().join(".git").join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        for hook in ["post-index-change", "pre-auto-gc", "reference-transaction", "post-checkout"] {
            std::fs::copy(&script, folder.join(hook)).unwrap();
        }
    }
    let _ = std::fs::remove_file(&mark);
    (repo, mark)
}

#[cfg(unix)]
fn make_runnable(script: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(script, std::fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(not(unix))]
fn make_runnable(_: &std::path::Path) {}

#[test]
fn nothing_that_a_repository_names_is_run() {
    let (repo, mark) = armed();
    let found = repo.assess();
    assert_eq!(titles(&found), ["one", "two", "signed"]);
    assert!(!mark.exists(), "ran: {}", std::fs::read_to_string(&mark).unwrap_or_default());
    // The traps are real ones: plain git springs them.
    for command in [&["log", "-1"][..], &["log", "-p", "--ext-diff", "-3"], &["status"]] {
        repo.try_git(command, b"");
        assert!(mark.exists(), "{command:?} could not have failed the test");
        std::fs::remove_file(&mark).unwrap();
    }
}

#[test]
fn what_is_missing_is_not_fetched_by_a_program_of_the_repository() {
    let mut repo = Repo::new();
    repo.commit("a", "1", "base");
    repo.tag("v1");
    repo.commit("a", "2", "one");
    let blob = repo.git(&["rev-parse", "HEAD:a"]);
    let mark = repo.path().join(".git/mark");
    let remote = format!("ext::sh -c touch% '{}'", mark.display());
    for (setting, value) in [
        ("remote.origin.url", remote.as_str()),
        ("remote.origin.promisor", "true"),
        ("remote.origin.partialclonefilter", "blob:none"),
        ("protocol.ext.allow", "always"),
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
    ] {
        repo.git(&["config", setting, value]);
    }
    std::fs::remove_file(repo.path().join(".git/objects").join(&blob[..2]).join(&blob[2..]))
        .unwrap();
    let found = repo.assess();
    assert_eq!(titles(&found), ["one"]);
    assert_eq!(change(&found, &repo.head()).size.lines_added, None);
    assert!(!mark.exists());
    repo.try_git(&["cat-file", "blob", &blob], b"");
    assert!(mark.exists(), "the test could not have failed");
}

#[test]
fn settings_of_the_repository_change_nothing() {
    let mut repo = Repo::new();
    repo.commit("a", "1\n", "base");
    repo.tag("v1");
    repo.commit(".gitattributes", "* -diff\n", "attributes");
    repo.commit("a", "1\n2\n", "one\n\nReviewed-by: Bob <bob@example.org>\n");
    repo.commit("c", "1\n", "three\n\nT: Bob <bob@example.org>\n");
    repo.git(&["mv", "a", "b"]);
    repo.commit_all("two\n\nTested-by: Bob <bob@example.org>\n");
    let plain = repo.assess().document().unwrap();
    for (setting, value) in [
        ("log.date", "relative"),
        ("log.decorate", "full"),
        ("log.follow", "true"),
        ("log.diffMerges", "off"),
        ("log.showRoot", "false"),
        ("log.abbrevCommit", "true"),
        ("log.mailmap", "false"),
        ("format.pretty", "oneline"),
        ("format.notes", "*"),
        ("diff.renames", "false"),
        ("diff.noprefix", "true"),
        ("diff.relative", "true"),
        ("diff.orderFile", "/dev/null"),
        ("diff.algorithm", "patience"),
        ("color.ui", "always"),
        ("color.diff", "always"),
        ("core.quotePath", "false"),
        ("core.abbrev", "4"),
        ("core.commentChar", "R"),
        ("core.commentString", "Tested"),
        ("trailer.separators", "%"),
        ("i18n.logOutputEncoding", "UTF-16"),
        ("core.attributesFile", "/dev/zero"),
        ("mailmap.file", "/dev/zero"),
        ("mailmap.blob", "HEAD:a"),
        ("core.worktree", "/dev"),
        ("diff.ignoreSubmodules", "all"),
        ("diff.renameLimit", "1"),
        ("log.graphColors", "x"),
        ("core.bigFileThreshold", "1"),
        ("safe.directory", "!"),
        ("trailer.t.key", "Reviewed-by"),
        ("trailer.tested-by.key", "Reviewed-by"),
        ("attr.tree", "HEAD"),
        ("column.ui", "always"),
        ("tag.sort", "garbage"),
        ("core.bare", "false"),
    ] {
        repo.git(&["config", setting, value]);
    }
    std::fs::write(repo.path().join(".git/info/attributes"), "* -diff\n").unwrap();
    assert_eq!(repo.assess().document().unwrap(), plain);
    let forged = repo.path().join(".git/info/grafts");
    std::fs::write(forged, format!("{}\n", repo.head())).unwrap();
    let other = repo.git(&["commit-tree", "HEAD^{tree}", "-m", "forged"]);
    repo.git(&["replace", "HEAD", &other]);
    let found = repo.assess();
    assert_eq!(
        titles(&found),
        ["attributes", "one", "three", "two"],
        "grafts and replacements have no say"
    );
}

#[test]
fn what_is_checked_out_has_no_say() {
    let mut repo = Repo::new();
    repo.commit("a", "1\n", "base");
    repo.tag("v1");
    repo.commit("a", "1\n2\n", "one");
    let plain = repo.assess().document().unwrap();
    repo.write(".gitattributes", "* binary\n");
    repo.write(".mailmap", "Eve <eve@example.org> <ann@example.org>\n");
    repo.write("a", "dirty");
    repo.git(&["add", "-A"]);
    assert_eq!(repo.assess().document().unwrap(), plain);
}

#[cfg(unix)]
#[test]
fn a_pipe_that_nobody_writes_to_does_not_hang() {
    let mut repo = Repo::new();
    repo.commit("a", "1", "base");
    let pipe = repo.path().join(".git/pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    repo.git(&["config", "include.path", "pipe"]);
    let mut options = Options::default();
    options.limits.silence = Duration::from_millis(300);
    assert_eq!(repo.ask(&options).unwrap_err().code(), "silent");
}

#[cfg(unix)]
#[test]
fn what_never_ends_in_place_of_a_file_is_refused_at_once() {
    use std::os::unix::fs::symlink;
    let mut repo = Repo::new();
    repo.commit("a", "1", "base");
    let git = repo.path().join(".git");
    let mut options = Options::default();
    options.limits.silence = Duration::from_secs(20);
    for name in [
        "HEAD",
        "config",
        "commondir",
        "packed-refs",
        "shallow",
        "objects/info/alternates",
        "refs/tags/v1",
        "refs/heads/main",
        "objects/pack/pack-x.idx",
    ] {
        let (file, kept) = (git.join(name), git.join("kept"));
        let moved = std::fs::rename(&file, &kept).is_ok();
        symlink("/dev/zero", &file).unwrap();
        let error = repo.ask(&options).unwrap_err();
        assert!(error.to_string().contains("sensible size"), "{name}: {error}");
        std::fs::remove_file(&file).unwrap();
        if moved {
            std::fs::rename(&kept, &file).unwrap();
        }
    }
    assert_eq!(titles(&repo.assess()), ["base"]);
    // Neither are those that history never needs: here they may be anything.
    symlink("/dev/zero", git.join("info/attributes")).unwrap();
    assert_eq!(titles(&repo.assess()), ["base"]);
    std::fs::remove_file(git.join("HEAD")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(git.join("HEAD")).status().unwrap();
    assert!(made.success());
    assert_eq!(repo.ask(&options).unwrap_err().code(), "unreadable");
}

#[test]
fn a_large_file_that_is_rewritten_is_not_compared_line_by_line() {
    let mut repo = Repo::new();
    let text =
        |round: u64| (0..1_400_000).map(|n| format!("{:x}\n", n * round)).collect::<String>();
    repo.commit("a", &text(7), "base");
    repo.tag("v1");
    let commit = repo.commit("a", &text(11), "rewritten");
    let found = repo.assess();
    assert_eq!(found.notes.binary_files, 1);
    assert_eq!(change(&found, &commit).size.files, Some(1));
}

#[cfg(unix)]
#[test]
fn a_repository_of_somebody_else_needs_the_users_trust() {
    let mut repo = Repo::new();
    repo.commit("a", "1", "base");
    if std::os::unix::fs::chown(repo.path(), Some(12_345), None).is_err()
        || std::os::unix::fs::chown(repo.path().join(".git"), Some(12_345), None).is_err()
    {
        println!("skipped: only root can give a folder away");
        return;
    }
    let error = assess(repo.path(), &Options::default()).unwrap_err();
    assert_eq!(error.code(), "not_trusted", "{error}");
    assert!(error.to_string().contains("safe.directory"), "{error}");
}
