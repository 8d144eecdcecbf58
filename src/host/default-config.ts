/** The commented settings file that `convene init` writes once and never touches again. */

export const DEFAULT_CONFIG = `# What root decides on this host. It is not in git: who can push cannot change it.
# Every setting has a default; remove the # before what you want different, then run
# \`convene init\` and \`systemctl restart convene\`.

# user: convene
# stateDirectory: /var/lib/convene
# runtimeDirectory: /run/convene
# repository: /var/lib/convene/site.git
# branch: main                       # the branch that is deployed

# network:                           # the containers' network; the first address is the host's
#   ipv4: 10.10.1.1/24
#   ipv6: fd42:c0:5e11:1::1/64

# lxd:
#   socket: /var/lib/lxd/unix.socket # when it is not where Debian's package or the snap puts it
#   project: convene
#   pool: convene                    # an existing pool of this name is used as it is
#   network: convene0
#   buildNetwork: convbuild0         # images are built here, apart from the site

# catalogue:                         # folders of components, the first that has one wins
#   - /srv/convene/catalogue
#   - /usr/local/lib/node_modules/convene/manifests   # convene's own, as npm installs it

# acme:
#   directory: https://acme-v02.api.letsencrypt.org/directory
#   rootFile: /etc/convene/acme-root.pem   # of a private ACME server

# gate:
#   maxWait: 30m                     # how long a change waits for people in calls

# sweepInterval: 5m                  # how often files inside the containers are compared
# passInterval: 60s                  # everything else is compared at least this often

# metrics:                           # for Prometheus, beside the control socket: GET /metrics
#   listen: 127.0.0.1:9469           # whoever reaches this address can read it

# policy:
#   exceptions:                      # LXD settings outside convene's closed list, one by one
#     - container: turn
#       kind: config
#       name: linux.sysctl.net.ipv4.ip_local_port_range
#       value: "1024 49999"

# remote:                            # follow a repository elsewhere instead of waiting for pushes
#   url: https://git.example.org/it/site.git   # or git@git.example.org:it/site.git
#   branch: main
#   schedule: "*/5 * * * *"
#   # What ends in Credential is a name: LoadCredential=NAME:FILE in \`systemctl edit convene\`.
#   tokenCredential: git-token       # https: an access token
#   caFile: /etc/convene/git-ca.pem  # https: the root of a private server's certificate
#   sshKeyCredential: git-key        # ssh: a private key without a passphrase
#   knownHostsCredential: git-hosts  # ssh: the server's key; absent: /etc/ssh/ssh_known_hosts
`;
