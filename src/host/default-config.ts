/** The commented settings file that `convene init` writes once and never touches again. */

export const DEFAULT_CONFIG = `# What root decides on this host. It is not in git: who can push cannot change it.
# Every setting has a default; remove the # before what you want different, then restart convene.

# user: convene
# stateDirectory: /var/lib/convene
# branch: main                       # the branch that is deployed

# network:                           # the containers' network; the first address is the host's
#   ipv4: 10.10.1.1/24
#   ipv6: fd42:c0:5e11:1::1/64

# lxd:
#   project: convene
#   pool: convene                    # an existing pool of this name is used as it is
#   network: convene0
#   buildNetwork: convbuild0         # images are built here, apart from the site

# acme:
#   directory: https://acme-v02.api.letsencrypt.org/directory
#   rootFile: /etc/convene/acme-root.pem   # of a private ACME server

# gate:
#   maxWait: 30m                     # how long a change waits for people in calls

# policy:
#   exceptions:                      # LXD settings outside convene's closed list, one by one
#     - container: turn
#       kind: config
#       name: linux.sysctl.net.ipv4.ip_local_port_range
#       value: "1024 49999"

# remote:                            # follow a repository elsewhere instead of waiting for pushes
#   url: https://git.example.org/it/site.git
#   branch: main
#   schedule: "*/5 * * * *"
#   tokenCredential: git-token       # LoadCredential= in a drop-in of convene.service
`;
