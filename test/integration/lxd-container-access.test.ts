/** The containers' access list on a real bridge: what must work works, what must not does not. */
import type { ChildProcess } from "node:child_process";
import { expect } from "chai";
import { accessConfig, containerAccessAcl } from "../../src/lxd/container-access.ts";
import { createLxdLab } from "../lab/lxd-project.ts";
import type { LxdLab } from "../lab/lxd-project.ts";
import { createOutsideHost, startGreeter } from "../lab/outside-host.ts";
import type { OutsideHost } from "../lab/outside-host.ts";

const NAME = "it-access";
/** Documentation addresses (RFC 5737) play the internet, a private network the operator's own. */
const INTERNET = "198.51.100";
const OFFICE = "192.168.77";
const PUBLIC = "203.0.113.10";
const HOST_PORT = 7777;

const GREETER = `use IO::Socket::INET; my $s = IO::Socket::INET->new(LocalPort => 80, Listen => 5) or die;
while (my $c = $s->accept) { print $c "you are " . $c->peerhost . "\\n"; close $c }`;

describe("access of containers", function () {
  this.timeout(120_000);
  let lab: LxdLab;
  let outside: OutsideHost;
  const greeters: ChildProcess[] = [];

  before(async () => {
    outside = await createOutsideHost({ name: NAME, networks: [INTERNET, OFFICE], hostAddresses: [PUBLIC] });
    greeters.push(await startGreeter(HOST_PORT), await startGreeter(80, NAME));
    lab = await createLxdLab({ name: NAME, subnet: 207, baseImage: true });
    await lab.administration.deleteNetworkAcl(NAME);
    const networks = [`${lab.prefix}.1/24`];
    const addresses = await lab.administration.hostAddresses();
    await lab.administration.ensureNetworkAcl(
      containerAccessAcl({ name: NAME, networks, hostAddresses: addresses }),
    );
    await lab.administration.ensureNetwork({
      name: lab.network,
      description: "",
      config: accessConfig(NAME),
    });
    await startContainer("client", 10, {});
    const proxy = {
      type: "proxy",
      listen: `tcp:${PUBLIC}:8080`,
      connect: `tcp:${lab.prefix}.11:80`,
      nat: "true",
    };
    await startContainer("server", 11, { web: proxy });
    const command = ["sh", "-c", "cat > /root/greet.pl; systemd-run -q perl /root/greet.pl"];
    await lab.lxd.exec({ instance: "server", command, stdin: GREETER, timeoutMs: 10_000 });
    await reach(`${lab.prefix}.11`, 80, 30);
  });
  after(async () => {
    for (const greeter of greeters) greeter.kill();
    await lab.remove();
    await lab.administration.deleteNetworkAcl(NAME);
    await outside.remove();
  });

  const startContainer = async (
    name: string,
    hostPart: number,
    more: Record<string, Record<string, string>>,
  ): Promise<void> => {
    const devices = { ...lab.devices(hostPart), ...more };
    await lab.lxd.createInstance({ name, description: "", image: lab.image, config: {}, devices });
    await lab.start(name);
  };
  /** From the client container: what the other side says, or how the attempt failed. */
  const reach = async (address: string, port: number, attempts = 1): Promise<string> => {
    const script = `for n in $(seq ${attempts}); do
      exec 3<>/dev/tcp/${address}/${port} && exec head -1 <&3
      test $n = ${attempts} || sleep 0.2
    done`;
    const command = ["bash", "-c", script];
    const result = await lab.lxd.exec({ instance: "client", command, timeoutMs: 10_000 });
    return (result.stdout || result.stderr).trim();
  };

  it("lets containers reach the internet and each other", async () => {
    expect(await reach(`${INTERNET}.2`, 80)).to.equal(`you are ${INTERNET}.1`);
    expect(await reach(`${lab.prefix}.11`, 80)).to.equal(`you are ${lab.prefix}.10`);
  });

  it("refuses private networks", async () => {
    expect(await reach(`${OFFICE}.2`, 80)).to.contain("refused");
  });

  it("refuses the host's own ports on every one of its addresses", async () => {
    for (const address of [`${lab.prefix}.1`, PUBLIC, `${INTERNET}.1`, `${OFFICE}.1`]) {
      expect(await reach(address, HOST_PORT), address).to.contain("refused");
    }
  });

  it("lets everybody reach a published port and shows the server who asks", async () => {
    expect(await outside.connect(PUBLIC, 8080)).to.equal(`you are ${INTERNET}.2`);
    // From a container: behind the translation it is a connection between containers. Needs br_netfilter.
    expect(await reach(PUBLIC, 8080)).to.equal(`you are ${lab.prefix}.10`);
  });
});
