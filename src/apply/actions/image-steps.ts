/** The steps inside an image's builder: repositories, packages, files, set-up, scrub. */
import type { AptRepository, DesiredImage } from "../../model/desired-state.ts";
import type { ApplyContext } from "../apply-context.ts";
import { execStep } from "./exec-step.ts";

const NETWORK_MS = 60_000;
const UPDATE_MS = 180_000;
const INSTALL_MS = 900_000;
const SETUP_MS = 300_000;

/** Without the error mode, a repository that cannot be reached is a warning, and its packages are then just unknown. */
const APT =
  "env DEBIAN_FRONTEND=noninteractive apt-get -o Dpkg::Options::=--force-confold -o Acquire::Retries=3 -o APT::Update::Error-Mode=any -qq";

/** URI, suite, components, name, packages, key file: written as one deb822 source, pinned to its packages. */
const ADD_REPOSITORY = `
set -eu
uri=$1; suite=$2; components=$3; name=$4; packages=$5; key=$6
if [ "$uri" = machine ]; then
  uri=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | sed -n 's/^deb \\(\\[[^]]*\\] \\)\\{0,1\\}\\([^ ]*\\) .*/\\2/p' | head -n 1)
  [ -n "$uri" ] || uri=$(sed -n 's/^URIs: *\\([^ ]*\\).*/\\1/p' /etc/apt/sources.list.d/*.sources | head -n 1)
fi
{
  printf 'Types: deb\\nURIs: %s\\nSuites: %s\\n' "$uri" "$suite"
  [ -z "$components" ] || printf 'Components: %s\\n' "$components"
  printf 'Signed-By: %s\\n' "$key"
} > "/etc/apt/sources.list.d/$name.sources"
if [ -n "$packages" ]; then
  origin=$(printf '%s' "$uri" | sed 's#^[a-z]*://##; s#/.*##')
  if [ "$key" = /usr/share/keyrings/debian-archive-keyring.gpg ]; then pin="release n=$suite"; else pin="origin $origin"; fi
  printf 'Package: *\\nPin: %s\\nPin-Priority: 100\\n\\nPackage: %s\\nPin: %s\\nPin-Priority: 700\\n' "$pin" "$packages" "$pin" > "/etc/apt/preferences.d/$name"
fi
`;

/** Only the key with the fingerprint the manifest names is taken over, whatever else the file holds. */
const FETCH_KEY = `
set -eu
url=$1; fingerprint=$2; target=$3
curl -fsSL --proto '=https' --max-time 60 -o /tmp/key "$url"
home=$(mktemp -d)
gpg --homedir "$home" --batch --quiet --import /tmp/key
gpg --homedir "$home" --batch --export "$fingerprint" > "$target"
if [ ! -s "$target" ]; then
  found=$(gpg --batch --with-colons --show-keys /tmp/key | sed -n 's/^fpr:*\\([0-9A-F]*\\):.*/\\1/p' | head -n 1)
  echo "the key at $url has the fingerprint $found, not $fingerprint" >&2
  exit 1
fi
rm -rf /tmp/key "$home"
`;

/** Nothing that identifies this build or host stays: the image is made into several containers. */
const SCRUB = `
set -eu
apt-get clean
rm -rf /var/lib/apt/lists/* /var/cache/debconf/*-old /var/log/*.log /var/log/apt/* /tmp/* /var/tmp/* /root/.bash_history /root/.gnupg
journalctl --rotate --vacuum-time=1s -q 2>/dev/null || true
rm -f /etc/ssh/ssh_host_* /var/lib/dbus/machine-id /var/lib/systemd/random-seed
: > /etc/machine-id
`;

export async function runBuildSteps(
  builder: string,
  image: DesiredImage,
  context: ApplyContext,
): Promise<void> {
  const { build } = image;
  const step = (command: readonly string[], timeoutMs: number, failure: string, stdin?: string) =>
    execStep(
      {
        instance: builder,
        command,
        timeoutMs,
        code: "ImageBuildFailed",
        failure: `image ${image.name}: ${failure}`,
        hint: "is the package repository reachable from this host? The next pass tries again",
        retryable: true,
        ...(stdin === undefined ? {} : { stdin }),
      },
      context,
    );
  await step(
    ["sh", "-c", "until ip route | grep -q ^default; do sleep 0.1; done"],
    NETWORK_MS,
    "the builder got no network",
  );
  if (build.aptRepositories.length + build.packages.length > 0)
    await step(["sh", "-c", `${APT} update`], UPDATE_MS, "apt-get update failed");
  if (build.aptRepositories.some((repository) => repository.key)) {
    await step(
      ["sh", "-c", `${APT} install -y --no-install-recommends curl gpg gpg-agent`],
      INSTALL_MS,
      "installing curl and gpg failed",
    );
  }
  for (const repository of build.aptRepositories) {
    const key = await fetchKey(repository, step);
    const { uri, suite, components, name, onlyPackages } = repository;
    await step(
      [
        "sh",
        "-c",
        ADD_REPOSITORY,
        "add-repository",
        uri,
        suite,
        components.join(" "),
        name,
        onlyPackages.join(" "),
        key,
      ],
      SETUP_MS,
      `adding the repository ${name} failed`,
    );
  }
  if (build.aptRepositories.length > 0)
    await step(["sh", "-c", `${APT} update`], UPDATE_MS, "apt-get update failed");
  if (build.debconf.length > 0) {
    await step(
      ["debconf-set-selections"],
      SETUP_MS,
      "debconf answers were refused",
      `${build.debconf.join("\n")}\n`,
    );
  }
  if (build.packages.length > 0) {
    context.progress(`installs ${build.packages.join(" ")}`);
    await step(
      ["sh", "-c", `${APT} install -y --no-install-recommends "$@"`, "install", ...build.packages],
      INSTALL_MS,
      "installing packages failed",
    );
  }
  for (const file of build.files) {
    await step(
      ["sh", "-c", 'mkdir -p "$(dirname "$1")"', "mkdir", file.path],
      SETUP_MS,
      `making room for ${file.path} failed`,
    );
    await context.lxd.writeFile(builder, file.path, file.content, file.mode);
  }
  if (build.setup !== "") await step(["sh", "-euc", build.setup], SETUP_MS, "the set-up script failed");
  await step(["sh", "-c", SCRUB], SETUP_MS, "scrubbing failed");
}

async function fetchKey(
  repository: AptRepository,
  step: (command: readonly string[], timeoutMs: number, failure: string) => Promise<string>,
): Promise<string> {
  if (!repository.key) return "/usr/share/keyrings/debian-archive-keyring.gpg";
  const target = `/usr/share/keyrings/${repository.name}.gpg`;
  const { url, fingerprint } = repository.key;
  await step(
    ["sh", "-c", FETCH_KEY, "fetch-key", url, fingerprint, target],
    SETUP_MS,
    `the key of ${repository.name} was not accepted`,
  );
  return target;
}
