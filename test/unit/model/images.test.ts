/** An image's alias changes exactly when its content or its month does. */
import { expect } from "chai";
import type { ModelInput } from "../../../src/model/model-input.ts";
import { SMALL_CATALOGUE, buildSite, smallSite } from "../../lab/sample-model.ts";

const FINGERPRINT = "A".repeat(40);
const IMAGE = `apiVersion: convene/v1alpha1
kind: Image
metadata: {name: wiki}
spec:
  packages: [nginx]
  aptRepositories:
    - {name: extra, uri: "https://deb.test", suite: stable/, components: [], key: {url: "https://deb.test/key", fingerprint: ${FINGERPRINT}}}
  files: [{path: /usr/local/lib/convene/x, mode: "0755", source: x.sh}]
  setup: |
    systemctl disable --now nginx
`;

async function aliasOf(
  image = IMAGE,
  script = "#!/bin/sh\n",
  changes: Partial<ModelInput> = {},
): Promise<string> {
  const own = smallSite({ wiki: "" })["wiki/wiki.yaml"] ?? "";
  const files = {
    ...smallSite(),
    "wiki/wiki.yaml": own.replace("image: base", "image: wiki"),
    "wiki/image.yaml": image,
    "wiki/x.sh": script,
  };
  const { images, containers } = await buildSite(files, SMALL_CATALOGUE, changes);
  const alias = images.find((one) => one.name === "wiki")?.alias ?? "";
  expect(containers.find((one) => one.name === "wiki")?.imageAlias).to.equal(alias);
  return alias;
}

describe("an image's alias", () => {
  it("names the image and its content", async () => {
    expect(await aliasOf()).to.match(/^convene-wiki-[0-9a-f]{12}$/);
    expect(await aliasOf()).to.equal(await aliasOf());
  });

  const same: readonly (readonly [string, string])[] = [
    ["a comment", `# nice\n${IMAGE}`],
    ["another spelling", IMAGE.replace("[nginx]", '["nginx"]')],
    ["a label", IMAGE.replace("{name: wiki}", "{name: wiki, labels: {lab: a stand-in}}")],
  ];
  for (const [what, image] of same) {
    it(`does not change with ${what}`, async () => {
      expect(await aliasOf(image)).to.equal(await aliasOf());
    });
  }

  const other: readonly (readonly [string, string])[] = [
    ["a package", IMAGE.replace("[nginx]", "[nginx, curl]")],
    ["the set-up", IMAGE.replace("disable --now", "disable")],
    ["a repository's key", IMAGE.replace(FINGERPRINT, "B".repeat(40))],
    ["a file's mode", IMAGE.replace('"0755"', '"0700"')],
    ["the base", IMAGE.replace("spec:\n", "spec:\n  base: debian/13\n")],
    ["a refresh", IMAGE.replace("spec:\n", 'spec:\n  refresh: "2026-11-22"\n')],
  ];
  for (const [what, image] of other) {
    it(`changes with ${what}`, async () => {
      expect(await aliasOf(image)).not.to.equal(await aliasOf());
    });
  }

  it("changes with a file's content", async () => {
    expect(await aliasOf(IMAGE, "#!/bin/sh\nexit 1\n")).not.to.equal(await aliasOf());
  });

  it("changes with the month, not with the day, and not at all when it has a refresh of its own", async () => {
    const at = (today: string, image = IMAGE) => aliasOf(image, "#!/bin/sh\n", { today });
    expect(await at("2026-11-01")).to.equal(await at("2026-11-30"));
    expect(await at("2026-12-01")).not.to.equal(await at("2026-11-30"));
    const fixed = IMAGE.replace("spec:\n", 'spec:\n  refresh: "2026-11-22"\n');
    expect(await at("2027-05-05", fixed)).to.equal(await at("2026-11-22", fixed));
  });
});
