"""Words that tell what is private from what only looks like it: alternatives of regular expressions."""

# Words that follow "user" or "password" in a message without being anybody's; accounts that every machine has.
NOBODY = (
    "root|nobody|daemon|system|administrator|guest|anonymous|none|null|nil|true|false|unknown|invalid|illegal|incorrect|"
    "wrong|bad|missing|required|expired|disabled|enabled|locked|denied|failed|failure|error|changed|change|reset|empty|"
    "not|no|is|was|are|were|has|had|have|does|did|can|cannot|will|may|must|and|or|of|for|from|by|in|on|at|to|the|a|an|"
    "with|without|via|as|mode|space|level|land|process|processes|program|programs|code|data|input|interface|interrupt|"
    "job|jobs|task|tasks|thread|threads|memory|stack|limit|limits|quota|id|ids|name|names|group|groups|session|sessions|"
    "account|accounts|request|requests|command|commands|file|files|key|keys|list|table|database|agent|"
    "authentication|authorization|login|logins|logged|logout|logging|connection|disconnected|connected|check|verification|"
    "mismatch|value|info|information|profile|permission|permissions|policy|hold|interaction|application|applications|"
    "instruction|exception|abort|aborted|action|actions|defined|specified|supplied|string|service|ring|port|ports"
)
# What a name with digits at its end may start with and be a machine.
MACHINE = (
    "node|nid|host|server|srv|svr|worker|compute|login|rack|gpu|cpu-?node|dn|cn|ln|bn|web|db|mail|vm|ws|pc|gw|router|"
    "switch|master|slave|head|storage|oss|mds|tbird|ubuntu|debian|centos|laptop|desktop"
)
# What a name with a hyphen and a digit may start with and be no machine.
TERM = (
    "utf|iso|ieee|rfc|ecc|sha|md|aes|ext|nfs|ip|ipv|tcp|udp|http|ssl|tls|x|l|p|i|ia|ppc|arm|amd|intel|pci|usb|scsi|ide|ata|sata|"
    "raid|ddr|dma|irq|cpu|core|thread|pool|level|tier|type|phase|step|stage|part|class|mode|layer|port|bit|line|page|"
    "channel|slot|bank|unit|lane|version|release|rev|build|patch|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
)
ZONES = (
    "com|org|net|edu|gov|mil|info|biz|cloud|local|localdomain|lan|internal|intern|intra|corp|home|arpa|"
    "de|uk|fr|nl|ch|se|fi|dk|pt|cz|ru|cn|jp|kr|in|br|au|ca|us|eu|it|es|pl|be|at|no|io|ai"
)
SHORT_ZONES = "com|org|net|edu|gov|mil|local|localdomain|lan|internal|corp|de|uk|fr|nl|jp|cn|ru|eu"  # enough for a.zone
PACKAGES = "java|javax|jdk|sun|com|org|net|edu|io|scala|akka|kafka|python|www|std|sys|os"  # com.company.Class, sys.net
SECRET = (
    r"api[_ -]?key|access[_-]?key(?:[_-]?id)?|secret(?:[_-]?(?:access[_-]?)?key)?|client[_-]?secret|private[_-]?key|"
    r"(?:auth|access|refresh|session|id|csrf)?[_-]?token|pass(?:word|wd|phrase|code)?|pwd|credentials?|session[_-]?id|"
    r"cookie|signature|sig|pin"
)
ACCOUNT = r"user(?:[_ ]?(?:name|id))?|usr|ruser|luser|login|logname|owner|acct|account|principal|[er]?uid|auid|suid"
