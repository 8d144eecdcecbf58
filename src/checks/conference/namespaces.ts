/** XML namespaces of a Jitsi meeting (lib-jitsi-meet modules/xmpp; XEP-0030, 0045, 0115, 0166, 0167, 0176, 0320, 0339). */
export const DISCO_INFO = "http://jabber.org/protocol/disco#info";
export const CAPS = "http://jabber.org/protocol/caps";
export const MUC = "http://jabber.org/protocol/muc";
export const MUC_USER = "http://jabber.org/protocol/muc#user";
export const JINGLE = "urn:xmpp:jingle:1";
export const RTP = "urn:xmpp:jingle:apps:rtp:1";
export const SOURCES = "urn:xmpp:jingle:apps:rtp:ssma:0";
export const ICE = "urn:xmpp:jingle:transports:ice-udp:1";
export const DTLS = "urn:xmpp:jingle:apps:dtls:0";
export const FOCUS = "http://jitsi.org/protocol/focus";
export const COLIBRI = "http://jitsi.org/protocol/colibri";
