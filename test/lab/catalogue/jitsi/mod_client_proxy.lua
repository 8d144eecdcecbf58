-- Stands in for Jitsi's module of this name: what is sent to the component goes to a logged-in account, and its answers come back.
--
-- The sender is kept, encoded, as the resource of the component's address, so that the account
-- can answer, and can tell who asked.
local base64 = require "util.encodings".base64
local jid = require "util.jid"
local st = require "util.stanza"

local target = module:get_option_string("target_address")

local function session_of_target()
  local bare = prosody.bare_sessions[target]
  if not bare then return nil end
  local _, session = next(bare.sessions)
  return session
end

local function unavailable(stanza)
  if stanza.attr.type ~= "error" and stanza.attr.type ~= "result" then
    module:send(st.error_reply(stanza, "cancel", "service-unavailable"))
  end
  return true
end

local function from_target(stanza)
  local sender = base64.decode(jid.resource(stanza.attr.to) or "")
  if not sender then return unavailable(stanza) end
  local copy = st.clone(stanza)
  copy.attr.to, copy.attr.from = sender, module.host
  module:send(copy)
  return true
end

local function to_target(stanza)
  local session = session_of_target()
  if not session then return unavailable(stanza) end
  local copy = st.clone(stanza)
  copy.attr.from = jid.join(nil, module.host, base64.encode(stanza.attr.from))
  copy.attr.to = session.full_jid
  session.send(copy)
  return true
end

local function handle(event)
  local stanza = event.stanza
  if jid.bare(stanza.attr.from) == target then return from_target(stanza) end
  return to_target(stanza)
end

for _, kind in ipairs { "iq", "message", "presence" } do
  for _, place in ipairs { "host", "bare", "full" } do module:hook(kind .. "/" .. place, handle, 10) end
end
