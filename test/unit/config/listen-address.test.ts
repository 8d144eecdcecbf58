/** Where to listen, as the host's settings say it. */
import { expect } from "chai";
import { parseHostSettings } from "../../../src/config/load-host-settings.ts";

const listen = (value: string) =>
  parseHostSettings(`metrics: {listen: ${value}}`, "config.yaml", "/c").metrics?.listen;

describe("an address to listen on", () => {
  it("is an IP address and a port, or a port of the loopback address", () => {
    expect(listen("127.0.0.1:9469")).to.deep.equal({ host: "127.0.0.1", port: 9469 });
    expect(listen('"[::1]:9469"')).to.deep.equal({ host: "::1", port: 9469 });
    expect(listen("9469")).to.deep.equal({ host: "127.0.0.1", port: 9469 });
    expect(parseHostSettings("", "config.yaml", "/c").metrics).to.equal(undefined);
  });

  it("is nothing else", () => {
    for (const wrong of [
      "localhost:9469",
      "127.0.0.1",
      "127.0.0.1:0",
      "127.0.0.1:65536",
      '"::1:9469"',
      '":9469"',
      '"[127.0.0.1]:1"',
      "0",
      "-1",
      "1.5",
    ])
      expect(() => listen(wrong), wrong).to.throw("expected an IP address and a port");
  });

  it("is reported with its line when it is wrong", () => {
    expect(() =>
      parseHostSettings("user: convene\nmetrics:\n  listen: nowhere\n", "config.yaml", "/c"),
    ).to.throw('expected an IP address and a port such as 127.0.0.1:9469, found "nowhere"');
  });
});
