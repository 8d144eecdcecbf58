/** The shipped jicofo.conf, jvb.conf and config.js as their own parsers read them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { expect } from "chai";
import { z } from "zod";
import { runProgram } from "../lab/programs.ts";
import { CATALOGUE, renderShipped, sampleVariables } from "../lab/shipped-configuration.ts";

const CHECK = join(CATALOGUE, "jitsi/check-hocon.sh");
const BRIDGE_2 = {
  self: { name: "bridge-2", ipv4: "10.10.1.22", ipv6: "", memoryMiB: 3072 },
  item: { name: "bridge-2", number: 2 },
};

const tree = z.record(z.string(), z.unknown());

describe("Jitsi's shipped configuration", function () {
  this.timeout(20_000);
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "convene-jitsi-"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function readHocon(content: string, section: string): Promise<unknown> {
    const path = join(folder, "candidate.conf");
    writeFileSync(path, content);
    const { code, stdout, stderr } = await runProgram(["hocon", "-j", "-f", path, "get", section]);
    expect(code, stderr).to.equal(0);
    return JSON.parse(stdout);
  }

  async function verdictOn(
    content: string,
    section: string,
  ): Promise<{ code: number | null; stderr: string }> {
    const path = join(folder, "candidate.conf");
    writeFileSync(path, content);
    return await runProgram([CHECK, path, section]);
  }

  describe("jvb.conf", () => {
    it("gives each bridge its own name, address and media port, and tells people the public one", async () => {
      const shard = await readHocon(bridge(), "videobridge.apis.xmpp-client.configs.shard");
      expect(shard).to.include({
        HOSTNAME: "10.10.1.20",
        DOMAIN: "auth.meet.lab.test",
        MUC_NICKNAME: "bridge-2",
        PASSWORD: "jvb-password-of-the-tests",
      });
      const [mapping] = z
        .array(tree)
        .parse(await readHocon(bridge(), "ice4j.harvest.mapping.static-mappings"));
      expect(mapping).to.include({ "local-address": "10.10.1.22", "public-address": "192.0.2.10" });
      expect(mapping).to.include({ "local-port": 10_001, "public-port": 10_001 });
      expect(await readHocon(bridge(), "videobridge.ice.udp.port")).to.equal(10_001);
    });

    it("keeps what has no authentication on the container network, and shutdown off", async () => {
      const servers = z.record(z.string(), tree).parse(await readHocon(bridge(), "videobridge.http-servers"));
      for (const server of Object.values(servers)) expect(server["host"]).to.equal("10.10.1.22");
      expect(await readHocon(bridge(), "videobridge.rest.shutdown.enabled")).to.equal(false);
    });

    it("takes half of the container's memory for the heap", () => {
      const content = renderShipped("jitsi", "jvb-config", "shell", sampleVariables(BRIDGE_2));
      expect(content).to.include("VIDEOBRIDGE_MAX_MEMORY=1536m\n");
    });

    it("keeps a hostile value one value", async () => {
      const hostile = 'x" } videobridge { apis { rest { enabled = false } } # \n${HOME}';
      const secrets = { "jvb-password": hostile };
      const content = bridge({ secrets });
      expect(await readHocon(content, "videobridge.apis.xmpp-client.configs.shard.PASSWORD")).to.equal(
        hostile,
      );
      expect(await readHocon(content, "videobridge.apis.rest.enabled")).to.equal(true);
    });
  });

  describe("jicofo.conf", () => {
    it("lets only members open rooms, or everybody", async () => {
      expect(await readHocon(jicofo("members"), "jicofo.authentication")).to.deep.equal({
        enabled: true,
        type: "XMPP",
        "login-url": "meet.lab.test",
      });
      expect(await readHocon(jicofo("open"), "jicofo")).not.to.have.property("authentication");
    });

    it("answers questions about its health, on the container network only", async () => {
      expect(await readHocon(jicofo("members"), "jicofo.health.enabled")).to.equal(true);
      expect(await readHocon(jicofo("members"), "jicofo.rest.host")).to.equal("10.10.1.20");
    });
  });

  describe("their check", () => {
    it("passes both, and refuses what cannot be read or is for another program", async () => {
      expect((await verdictOn(bridge(), "videobridge")).code).to.equal(0);
      expect((await verdictOn(jicofo("open"), "jicofo")).code).to.equal(0);
      const broken = await verdictOn("videobridge { ice {", "videobridge");
      expect(broken.code).to.equal(1);
      expect(broken.stderr).to.include("ConfigParseError");
      const other = await verdictOn(jicofo("open"), "videobridge");
      expect(other.code).to.equal(1);
      expect(other.stderr).to.include("videobridge");
    });
  });

  describe("config.js", () => {
    it("names this site's hosts, and nobody else's", () => {
      const config = tree.parse(page({ access: "members", language: "de", config: {} }));
      expect(config["hosts"]).to.deep.equal({
        domain: "meet.lab.test",
        anonymousdomain: "guest.meet.lab.test",
        muc: "conference.meet.lab.test",
        focus: "focus.meet.lab.test",
      });
      expect(config).to.include({ websocket: "wss://meet.lab.test/xmpp-websocket", defaultLanguage: "de" });
      const hosts = JSON.stringify(config).match(/(?:https|wss|stun):\/{0,2}[a-z.]+/gu) ?? [];
      expect(hosts.filter((host) => !host.endsWith(".lab.test"))).to.deep.equal([]);
    });

    it("passes `config` on, merged into what is there", () => {
      const given = { startWithAudioMuted: true, p2p: { enabled: false }, toolbarButtons: ["microphone"] };
      const config = tree.parse(page({ access: "open", language: "de", config: given }));
      expect(config).to.include({ startWithAudioMuted: true });
      expect(config["toolbarButtons"]).to.deep.equal(["microphone"]);
      expect(config["p2p"]).to.include({ enabled: false, useStunTurn: true });
    });

    it("keeps a hostile value one value", () => {
      const hostile = '"}); throw new Error("ran"); ({"\u2028</script><script>';
      const config = tree.parse(page({ access: "open", language: hostile, config: { subject: hostile } }));
      expect(config).to.include({ defaultLanguage: hostile, subject: hostile });
    });
  });
});

function bridge(changes: Readonly<Record<string, unknown>> = {}): string {
  return renderShipped("jitsi", "jvb.conf", "hocon", sampleVariables({ ...BRIDGE_2, ...changes }));
}

function jicofo(access: string, changes: Readonly<Record<string, unknown>> = {}): string {
  const parameters = { access, language: "de", config: {} };
  return renderShipped("jitsi", "jicofo.conf", "hocon", sampleVariables({ parameters, ...changes }));
}

function page(parameters: Readonly<Record<string, unknown>>): unknown {
  const variables = sampleVariables({ parameters });
  const script = renderShipped("jitsi", "config.js", "javascript", variables);
  return JSON.parse(JSON.stringify(runInNewContext(`${script}; config`)));
}
