/** The script that makes and removes accounts, against a running Prosody. */
import { expect } from "chai";
import { runProgram } from "../lab/programs.ts";
import { CATALOGUE } from "../lab/shipped-configuration.ts";
import { type ShippedProsody, startShippedProsody } from "../lab/shipped-prosody.ts";
import { logIn } from "../lab/xmpp-person.ts";

const DOMAIN = "meet.lab.test";

describe("prosody-accounts", function () {
  this.timeout(30_000);
  let prosody: ShippedProsody;

  beforeEach(async () => {
    prosody = await startShippedProsody();
  });

  afterEach(() => prosody?.stop());

  it("makes, changes, lists and removes, and says which it was", async () => {
    const { code, stdout } = await prosody.accounts(
      [
        `set\tanna@${DOMAIN}\tone`,
        `set\tanna@${DOMAIN}\ttwo`,
        `set\tfocus@auth.${DOMAIN}\tthree`,
        "list",
        `list\tauth.${DOMAIN}`,
        `remove\tanna@${DOMAIN}`,
        `remove\tanna@${DOMAIN}`,
        "list",
        "",
      ].join("\n"),
    );
    expect(code).to.equal(0);
    const [created, changed, focus, ...rest] = stdout.trimEnd().split("\n");
    expect([created, changed, focus]).to.deep.equal([
      `ok\tset\tanna@${DOMAIN}\tcreated`,
      `ok\tset\tanna@${DOMAIN}\tchanged`,
      `ok\tset\tfocus@auth.${DOMAIN}\tcreated`,
    ]);
    expect(rest.slice(0, 2).toSorted()).to.deep.equal([
      `account\tanna@${DOMAIN}`,
      `account\tfocus@auth.${DOMAIN}`,
    ]);
    expect(rest.slice(2)).to.deep.equal([
      "ok\tlist\t*\t2",
      `account\tfocus@auth.${DOMAIN}`,
      `ok\tlist\tauth.${DOMAIN}\t1`,
      `ok\tremove\tanna@${DOMAIN}\tremoved`,
      `ok\tremove\tanna@${DOMAIN}\tabsent`,
      `account\tfocus@auth.${DOMAIN}`,
      "ok\tlist\t*\t1",
    ]);
  });

  for (const password of [
    '"..os.exit(1).."',
    "]] <&'\"> \\",
    "\\",
    "$(id) `id`",
    "Zürich 🔑",
    " ",
    "x".repeat(1000),
  ]) {
    it(`takes ${JSON.stringify(password.slice(0, 20))} as the password it is`, async () => {
      const { code, stdout, stderr } = await prosody.accounts(`set\tanna@${DOMAIN}\t${password}\n`);
      expect(stdout).to.equal(`ok\tset\tanna@${DOMAIN}\tcreated\n`);
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: "" });
      (await logIn(prosody.httpPort, DOMAIN, "anna", password)).close();
    });
  }

  it("ends the sessions of an account whose password changed, and of one that is removed", async () => {
    await prosody.accounts(`set\tanna@${DOMAIN}\tone\nset\tbert@${DOMAIN}\tone\n`);
    const anna = await logIn(prosody.httpPort, DOMAIN, "anna", "one");
    const bert = await logIn(prosody.httpPort, DOMAIN, "bert", "one");
    await prosody.accounts(`set\tanna@${DOMAIN}\ttwo\nremove\tbert@${DOMAIN}\n`);
    await Promise.all([anna.ended, bert.ended]);
    (await logIn(prosody.httpPort, DOMAIN, "anna", "two")).close();
  });

  it("goes on after a request that fails, in Prosody's words, and exits 1", async () => {
    const { code, stdout } = await prosody.accounts(
      `set\tanna@nowhere.test\tsecret-one\nset\tanna@${DOMAIN}\tsecret-two\n`,
    );
    expect(code).to.equal(1);
    expect(stdout).to.include("error\tset\tanna@nowhere.test\tError: No such host: nowhere.test\n");
    expect(stdout).to.include(`ok\tset\tanna@${DOMAIN}\tcreated\n`);
    expect(stdout).not.to.include("secret");
  });

  for (const request of [
    "set\tanna\tpassword",
    `set\tan na@${DOMAIN}\tpassword`,
    `set\tanna@${DOMAIN}`,
    `set\tanna@${DOMAIN}\tpass\tword`,
    `set\tanna@${DOMAIN}")os.exit()--\tpassword`,
    "list\t*",
    "drop\teverything",
  ]) {
    it(`does nothing at all when it is told ${JSON.stringify(request)}`, async () => {
      const { code, stdout, stderr } = await prosody.accounts(`set\tbert@${DOMAIN}\tone\n${request}\n`);
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: "" });
      expect(stderr).to.include("line 2 is not understood").and.not.to.include("password\n");
      expect((await prosody.accounts("list\n")).stdout).to.equal("ok\tlist\t*\t0\n");
    });
  }

  it("says so when Prosody does not answer", async () => {
    const { code, stderr } = await runProgram([`${CATALOGUE}/jitsi/prosody-accounts.lua`], {
      input: "list\n",
      environment: { PROSODY_DATA: "/nonexistent", PROSODY_WAIT: "0.5" },
    });
    expect(code).to.equal(3);
    expect(stderr).to.include("no answer from /nonexistent/prosody.sock");
  });
});
