import { expect } from "chai";
import { certbotView } from "../../../../src/model/effective/certbot-view.ts";
import { coturnView } from "../../../../src/model/effective/coturn-view.ts";
import { effectiveKv } from "../../../../src/model/effective/effective-kv.ts";

const NETWORK = "10.10.1.1/24";

function foreign(prefix: string, keys: Readonly<Record<string, string>>) {
  return effectiveKv(new Map(Object.entries(keys).map(([key, value]) => [prefix + key, value])), []);
}

describe("the certbot view", () => {
  it("lists domains with their e-mail address", () => {
    const { view, findings } = certbotView(
      foreign("service/certbot/", { "b.example.org": "b@example.org", "a.example.org": "a@example.org" }),
    );
    expect(view.domains).to.deep.equal([
      { domain: "a.example.org", email: "a@example.org" },
      { domain: "b.example.org", email: "b@example.org" },
    ]);
    expect(findings).to.deep.equal([]);
  });

  it("lists a name written twice once, ours first", () => {
    const effective = effectiveKv(new Map([["service/certbot/A.example.org", "other@example.org"]]), [
      { key: "service/certbot/a.example.org", value: "own@example.org" },
    ]);
    const { view, findings } = certbotView(effective);
    expect(view.domains).to.deep.equal([{ domain: "a.example.org", email: "own@example.org" }]);
    expect(findings).to.have.length(1);
  });

  it("leaves out what is not a host name or not an e-mail address", () => {
    const { view, findings } = certbotView(
      foreign("service/certbot/", {
        "../../etc/passwd": "a@example.org",
        "-n.example.org": "a@example.org",
        "*.example.org": "a@example.org",
        "x.example.org": "a@example.org --dry-run",
        "10.0.0.1": "a@example.org",
      }),
    );
    expect(view.domains).to.deep.equal([]);
    expect(findings).to.have.length(5);
  });
});

describe("the coturn view", () => {
  it("turns the host part into an address of the network", () => {
    const keys = { "coturn-domain": "turn.example.org", "ip-addr-host-part": "15", "max-port": "50500" };
    const { view, findings } = coturnView(foreign("service/coturn/", keys), NETWORK);
    expect(view).to.include({
      domain: "turn.example.org",
      address: "10.10.1.15",
      minPort: 50_000,
      maxPort: 50_500,
    });
    expect(findings).to.deep.equal([]);
    expect(coturnView(foreign("service/coturn/", keys), "172.16.5.9/20").view.address).to.equal(
      "172.16.0.15",
    );
  });

  it("keeps a default where a value does not fit, and says so", () => {
    const { view, findings } = coturnView(
      foreign("service/coturn/", {
        "listening-port": "3478 ",
        "min-port": "0",
        "coturn-domain": "x",
        other: "",
      }),
      NETWORK,
    );
    expect(view).to.include({ listeningPort: 3478, minPort: 50_000, domain: "" });
    expect(findings).to.have.length(4);
  });

  it("does not take over a relay range that ends before it begins", () => {
    const { view, findings } = coturnView(foreign("service/coturn/", { "min-port": "60000" }), NETWORK);
    expect(view).to.include({ minPort: 50_000, maxPort: 51_000 });
    expect(findings).to.have.length(1);
  });
});
