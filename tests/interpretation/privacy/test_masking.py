from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosslog.interpretation.meanings import Request
from crosslog.interpretation.privacy.masking import mask_private, mask_request
from crosslog.interpretation.rules.glossary import GLOSSARY_PATH as GLOSSARY

AUTH = "auth failure; logname= uid=<user> euid=<user> tty=ssh ruser= rhost=<host> user=<user>"
NASTY = [
    # addresses
    ("lost peer 10.20.30.40 again", "lost peer <address> again"),
    ("lost peer 10.20.30.40:8080.", "lost peer <address>:8080."),
    ("route 192.168.7.0/24 dropped", "route <address> dropped"),
    ("peer /172.16.0.9:50010 gone", "peer /<address>:50010 gone"),
    ("from ::ffff:10.1.2.3 port 22", "from <address> port 22"),
    ("bound to fe80::1ff:fe23:4567:890a%eth0", "bound to <address>"),
    ("bound to [2001:db8::7]:443", "bound to <address>:443"),
    ("listening on ::1", "listening on <address>"),
    ("lease for 00:1a:2b:3c:4d:5e given", "lease for <mac> given"),
    ("lease for 00-1A-2B-3C-4D-5E given", "lease for <mac> given"),
    ("arp 001a.2b3c.4d5e moved", "arp <mac> moved"),
    ("guid 00:02:c9:03:00:0a:bc:de up", "guid <mac> up"),
    # machines
    ("mount from nfs3.cluster.example.com failed", "mount from <host> failed"),
    ("cannot resolve db.internal", "cannot resolve <host>"),
    ("cannot resolve Example.ORG.", "cannot resolve <host>"),
    ("mx1.mail.example.co.uk refused", "<host> refused"),
    ("tbird-admin1 is back", "<host> is back"),
    ("cn142 does not answer", "<host> does not answer"),
    ("node-045: no heartbeat", "<host>: no heartbeat"),
    ("nid00123 down, Node7 up", "<host> down, <host> up"),
    ("ip-10-0-0-12 evicted", "<host> evicted"),
    ("R02-M1-N0-C:J12-U11 replaced", "<host> replaced"),
    ("lost db-master-02, asking web-7", "lost <host>, asking <host>"),
    ("GET http://build42:8080/job failed", "GET http://<host>:8080/job failed"),
    ("hdfs://namenode.lab:9000/tmp", "hdfs://<host>:9000/tmp"),
    ("instance 550e8400-e29b-41d4-a716-446655440000 spawned", "instance <id> spawned"),
    # people
    ("session opened for user jgrau by (uid=1000)", "session opened for user <user> by (uid=<user>)"),
    ("Failed password for hsaito from 10.0.0.1 port 22 ssh2", "Failed password for <user> from <address> port 22 ssh2"),
    ("Failed password for invalid user o.brien from x", "Failed password for invalid user <user> from x"),
    ("auth failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=h1.example.net user=dstrand", AUTH),
    ("USER=kweber ; COMMAND=/bin/ls", "USER=<user> ; COMMAND=/bin/ls"),
    ("username: 'm.rossi' rejected", "username: '<user>' rejected"),
    ('{"user_name": "mrossi", "n": 1}', '{"user_name": "<user>", "n": 1}'),
    ("user tanaka logged out", "user <user> logged out"),
    ("uid 501 over its quota", "uid <user> over its quota"),
    ("(backupx) CMD (run-all)", "(<user>) CMD (run-all)"),
    (r"logon by CORP\jsmith denied", "logon by <user> denied"),
    ("cannot open /home/jgrau/run.log", "cannot open /home/<user>/run.log"),
    ("cannot open /Users/jgrau/x", "cannot open /Users/<user>/x"),
    ("cannot open /export/home/jgrau", "cannot open /export/home/<user>"),
    (r"cannot open C:\Users\J.Grau\x.txt", r"cannot open C:\Users\<user>\x.txt"),
    ("cannot open ~jgrau/.ssh/config", "cannot open ~<user>/.ssh/config"),
    ("mail to j.grau+logs@mail.example.org bounced", "mail to <email> bounced"),
    ("login as root@head1 failed", "login as <email> failed"),
    ("call +49 30 1234 5678 at once", "call <phone> at once"),
    ("call (555) 010-9999 or 555-010-9999", "call <phone> or <phone>"),
    ("card 4111 1111 1111 1111 declined", "card <number> declined"),
    ("card 378282246310005 declined", "card <number> declined"),
    ("to DE89 3704 0044 0532 0130 00 today", "to <number> today"),
    ("to GB82WEST12345698765432 today", "to <number> today"),
    # secrets; what no scanner should take for a real one is put together here
    ("api_key=abc123DEF456", "api_key=<secret>"),
    ('"apiKey": "q-w-e", "n": 1', '"apiKey": "<secret>", "n": 1'),
    ("password: hunter2!", "password: <secret>"),
    ("--passwd='correct horse' --v", "--passwd='<secret>' --v"),
    ("PWD=letmein; ls", "PWD=<secret>; ls"),
    ("the password is tr0ub4dor", "the password is <secret>"),
    ("Authorization: Bearer abcDEF123.456-x", "Authorization: Bearer <secret>"),
    ("Authorization: Basic dXNlcjpwYXNz", "Authorization: Basic <secret>"),
    ("key " + "AKIA" + "ABCDEFGHIJ234567" + " leaked", "key <secret> leaked"),
    ("pushed with " + "ghp_" + "a1" * 18, "pushed with <secret>"),
    ("hook " + "xoxb" + "-123456789012-abcdef", "hook <secret>"),
    ("used " + "sk-" + "proj4567890abcdefghij", "used <secret>"),
    ("jwt " + "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxIn0.abc-_1 bad", "jwt <secret> bad"),
    ("host key SHA256:" + "aB3" * 14 + "x unknown", "host key <secret> unknown"),
    ("host key " + ":".join(["a1"] * 16) + " unknown", "host key <secret> unknown"),
    ("digest d41d8cd98f00b204e9800998ecf8427e differs", "digest <secret> differs"),
    ("blob " + "aB1dE2gH3" * 4 + " stored", "blob <secret> stored"),
    ("blob " + "c29tZS9sb25n" * 3 + "MTIzNA== stored", "blob <secret> stored"),
    ("clone https://bob:pa55@git.example.com/r", "clone https://<secret>@<host>/r"),
    ("clone https://tok3n@git.example.com/r", "clone https://<secret>@<host>/r"),
    ("-----BEGIN RSA " + "PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- read", "<secret> read"),
    ("GET /x?token=abc&n=1", "GET /x?token=<secret>&n=1"),
]
INNOCENT = [
    "kernel info one flipped bit at hex number put right by code word",
    "org.apache.hadoop.hdfs.server.datanode.DataNode: Served block",
    "java.io.IOException: Connection reset by peer",
    "dfs.DataNode$PacketResponder: 1 for block blk_-1608999687919862906 terminating",
    "com.example.Foo@1a2b3c4d was collected",
    "task attempt_1445144423722_0020_m_000000_0 done by pool-1-thread-12",
    "std::vector<int>::at failed in main.cpp, see README.md and libc.so.6",
    "at 12:34:56 on 2005-06-03-15.42.50, took 1.25 s",
    "kernel 2.6.9-22.0.1.ELsmp on x86_64, i386 and ppc64",
    "eth0: link up, sda1: ext3, md5 and sha-256 differ, utf-8, ipv6, core-3, cpu 1",
    "machine check interrupt at 0x00544eb8, dear 0xff, r12 = 1",
    "switched to user mode; user space for user processes of user input",
    "password: incorrect; token: expired; session opened for user root",
    "Basic authentication is required, the bearer of bad news",
    "user root logged in as user nobody from console",
    "read /var/log/messages and C:\\Windows\\System32\\drivers",
    "HKLM\\System\\Setup was read",
    "1445144423722 ms, 4111111111111112 bytes, 123456789 blocks",
    "the owner of the lock left: no key, no pin, no signature",
    "e.g. one, i.e. two, etc. and 3.5 GB of 64-bit L3-cache",
    "state changed: RUNNING -> FINISHED (100%)",
    "PacketResponderThreadPoolExecutorFactoryBuilder started",
    "<*> of <*> returned",
    "lost com.example.Foo@c0ffee and Bar$Baz@1a2b3c4d",
]


@pytest.mark.parametrize(("message", "expected"), NASTY)
def test_what_names_a_person_a_machine_or_a_secret_is_masked(message: str, expected: str) -> None:
    assert mask_private(message) == expected


@pytest.mark.parametrize("message", INNOCENT)
def test_words_classes_files_times_and_versions_stay(message: str) -> None:
    assert mask_private(message) == message


@pytest.mark.parametrize("message", [message for message, _ in NASTY])
def test_what_is_masked_once_stays_as_it_is(message: str) -> None:
    assert mask_private(mask_private(message)) == mask_private(message)


@pytest.mark.parametrize(
    ("template", "example", "seen"),
    [
        ("sshd <*> left", "sshd jgrau left", "sshd <*> left"),
        ("disk <*> of <*>", "disk cache of jgrau hsaito", "disk cache of <*> <*>"),
        ("<*> mounts <*>", "jgrau mounts /home/jgrau", "<*> mounts /<*>/<user>"),
        ("from <*> to <*>", "from user=jgrau to 10.1.2.3", "from user=<user> to <address>"),
        ("widget stopped", "gadget of jgrau stopped", "<*> of <*> stopped"),
    ],
)
def test_of_an_example_only_words_of_the_template_and_the_glossary_are_shown(
    template: str, example: str, seen: str
) -> None:
    assert mask_request(Request(template, example, "ask kim@example.org")) == Request(template, seen, "ask <email>")


def test_a_very_long_text_ends_after_a_whole_word() -> None:
    assert mask_private("word " * 1000 + "password=hunter2") == "word " * 399 + "…"
    assert mask_private("x" * 5000) == "x" * 1998 + " …"


WORDS = sorted(set(re.findall(r"[a-z]+", GLOSSARY.read_text(encoding="utf-8"))) - {"user", "uid"})


@given(st.lists(st.sampled_from(WORDS), max_size=12))
def test_plain_words_in_any_order_are_never_altered(words: list[str]) -> None:
    assert mask_private(" ".join(words)) == " ".join(words)
