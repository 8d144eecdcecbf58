/** Whether a STUN server answers, without the code that is tested. */
import { createSocket } from "node:dgram";

/** A binding request: the 20 bytes of RFC 8489's header. */
const REQUEST = Buffer.from("000100002112a442000102030405060708090a0b", "hex");

/** Asked once, within 50 ms. */
export function stunAnswers(port: number, address = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket("udp4");
    const settle = (yes: boolean): void => {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.close();
      resolve(yes);
    };
    const timer = setTimeout(() => settle(false), 50);
    socket.on("message", () => settle(true));
    socket.on("error", () => settle(false));
    socket.send(REQUEST, port, address);
  });
}
