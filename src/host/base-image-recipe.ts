/** What the base image consists of, as data: its hash decides whether an image already made is still right. */
import { createHash } from "node:crypto";
import type { DebianMirror } from "./apt-sources.ts";
import { formatSourcesList } from "./apt-sources.ts";

export interface BaseImageRecipe {
  /** Debian's codename: `bookworm`. */
  readonly suite: string;
  readonly mirror: DebianMirror;
  readonly packages: readonly string[];
  /** Files written after debootstrap, by absolute path in the image. */
  readonly files: Readonly<Record<string, string>>;
  /** systemd units that must never start: convene renews images instead of upgrading inside containers. */
  readonly maskedUnits: readonly string[];
  /** LXD templates by name, written into the container at each start (its name may change by a swap). */
  readonly templates: Readonly<Record<string, { readonly target: string; readonly content: string }>>;
}

/**
 * procps: without /bin/kill every ExecReload fails 203/EXEC. libatomic1: Node 26 needs it. The rest is what a
 * minbase lacks to boot with systemd and take an address by DHCP.
 */
const PACKAGES = [
  "systemd",
  "systemd-sysv",
  "dbus",
  "iproute2",
  "ca-certificates",
  "udev",
  "ifupdown",
  "netbase",
  "isc-dhcp-client",
  "procps",
  "libatomic1",
] as const;

const INTERFACES = "auto lo\niface lo inet loopback\n\nauto eth0\niface eth0 inet dhcp\n";
const HOSTS =
  "127.0.0.1 localhost\n127.0.1.1 {{ container.name }}\n::1 localhost ip6-localhost ip6-loopback\n";

/** The recipe for Debian 12 from the given mirror. */
export function debian12Recipe(mirror: DebianMirror): BaseImageRecipe {
  return {
    suite: "bookworm",
    mirror,
    packages: PACKAGES,
    files: {
      "/etc/apt/sources.list": formatSourcesList(mirror),
      "/etc/network/interfaces": INTERFACES,
      "/etc/resolv.conf": "",
      "/etc/machine-id": "",
    },
    maskedUnits: ["apt-daily.timer", "apt-daily-upgrade.timer", "e2scrub_all.timer", "fstrim.timer"],
    templates: {
      "hostname.tpl": { target: "/etc/hostname", content: "{{ container.name }}\n" },
      "hosts.tpl": { target: "/etc/hosts", content: HOSTS },
    },
  };
}

/** First 12 hex digits of sha256 over the recipe. */
export function recipeKey(recipe: BaseImageRecipe): string {
  return createHash("sha256").update(JSON.stringify(recipe)).digest("hex").slice(0, 12);
}

/** LXD's metadata.yaml (image format, `metadata.yaml`); JSON is YAML. `createdAt` in seconds since the epoch. */
export function imageMetadata(recipe: BaseImageRecipe, architecture: string, createdAt: number): string {
  const templates = Object.entries(recipe.templates).map(([template, { target }]) => [
    target,
    { when: ["start"], template },
  ]);
  return `${JSON.stringify({
    architecture,
    creation_date: createdAt,
    properties: {
      os: "debian",
      release: recipe.suite,
      description: `Debian ${recipe.suite}, made by convene`,
      "convene.base": recipeKey(recipe),
    },
    templates: Object.fromEntries(templates),
  })}\n`;
}
