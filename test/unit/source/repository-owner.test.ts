/** Who may push. */
import { expect } from "chai";
import { checkPusher } from "../../../src/source/hooks/repository-owner.ts";

const PUSHER = {
  uid: 990,
  ownerUid: 990,
  user: "convene",
  hostname: "meet.example.org",
  gitDirectory: "/var/lib/convene/site.git",
};

describe("the pusher", () => {
  it("is the repository's owner", () => {
    expect(() => checkPusher(PUSHER)).not.to.throw();
  });

  it("is refused as anybody else, root too, with both ways that work", () => {
    for (const uid of [0, 1000]) {
      expect(() => checkPusher({ ...PUSHER, uid }))
        .to.throw(uid === 0 ? "root is pushing" : "uid 1000 is pushing")
        .with.property("hint")
        .that.includes("convene@meet.example.org:site.git")
        .and.includes("sudo -u convene git push /var/lib/convene/site.git");
    }
  });
});
