/** The settings file that init writes is right as it is, and right when everything in it is switched on. */
import { expect } from "chai";
import { parseHostSettings } from "../../../src/config/load-host-settings.ts";
import { DEFAULT_CONFIG } from "../../../src/host/default-config.ts";

const CATALOGUE = "/usr/share/convene/manifests";

describe("the settings file that init writes", () => {
  it("changes no default", () => {
    expect(parseHostSettings(DEFAULT_CONFIG, "config.yaml", CATALOGUE)).to.deep.equal(
      parseHostSettings("", "config.yaml", CATALOGUE),
    );
  });

  it("is valid with every comment taken away from a setting", () => {
    const [head = "", ...settings] = DEFAULT_CONFIG.split("\n\n");
    const switchedOn = [head, ...settings.map((block) => block.replaceAll(/^# /gm, ""))].join("\n\n");
    const parsed = parseHostSettings(switchedOn.replaceAll(/^# user:/gm, "user:"), "config.yaml", CATALOGUE);
    expect(parsed.remote?.url).to.equal("https://git.example.org/it/site.git");
    expect(parsed.policy.exceptions).to.have.length(1);
    expect(parsed.network.ipv6).to.equal("fd42:c0:5e11:1::1/64");
  });
});
