/** A whole site on real parts, from the first push to the last uninstall. */
import { calls } from "./site/calls.ts";
import { changes } from "./site/changes.ts";
import { drift } from "./site/drift.ts";
import { firstPush } from "./site/first-push.ts";
import { type LivingSite, createLivingSite } from "./site/living-site.ts";

describe("a site, from outside", () => {
  let living: LivingSite | undefined;
  const site = (): LivingSite => {
    if (!living) throw new Error("the site was not made");
    return living;
  };
  before(async function () {
    this.timeout(600_000);
    living = await createLivingSite();
  });
  after(async function () {
    this.timeout(300_000);
    await living?.harness.remove();
  });

  describe("the first push", () => firstPush(site));
  describe("a change by push", () => changes(site));
  describe("people in a call", () => calls(site));
  describe("drift", () => drift(site));
});
