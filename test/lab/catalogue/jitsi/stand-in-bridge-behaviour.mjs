// What a test can tell the stand-in bridge to do wrong; README.md beside the folder says what each does.

const CHOICES = {
  answers: ["normal", "garbage", "endless"],
  brewery: ["joined", "left"],
  candidates: ["all", "private-only", "wrong-port", "none"],
  fingerprint: ["own", "another"],
  forwarding: ["all", "off", "one-way"],
  password: ["own", "another"],
  media: ["normal", "silent", "checks-only"],
  webSockets: ["normal", "closed"],
};

/** A bridge that is well. The type of a value is the type that a test may set. */
const WELL = {
  health: 200,
  healthReason: "",
  version: "2.3-lab-stand-in",
  drain: false,
  gracefulShutdown: false,
  allocationRefusal: "",
  allocationDelayMs: 0,
  lossPercent: 0,
  dropAfterSeconds: 0,
  nickname: "",
  ...Object.fromEntries(Object.entries(CHOICES).map(([name, [first]]) => [name, first])),
};

export function wellBehaved() {
  return { ...WELL };
}

/** Changes `behaviour`; throws an Error with `status` when there is no such misbehaviour, so that none is asked for in vain. */
export function misbehave(behaviour, wanted) {
  for (const [name, value] of Object.entries(wanted)) {
    if (!Object.hasOwn(WELL, name)) throw unknown(`there is no behaviour ${name}`);
    if (typeof value !== typeof WELL[name]) throw unknown(`${name} is a ${typeof WELL[name]}`);
    const choices = CHOICES[name];
    if (choices?.includes(value) === false) throw unknown(`${name} is one of ${choices.join(", ")}`);
  }
  Object.assign(behaviour, wanted);
}

function unknown(message) {
  return Object.assign(new Error(message), { status: 400 });
}
