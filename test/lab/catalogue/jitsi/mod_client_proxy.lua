-- Stands in for Jitsi's module of this name: what is asked of the component goes to a logged-in account, and its answers come back.
--
-- As the real one: it knows the account's sessions by their presence only, so the account's roster must
-- let the component see it; and the sender becomes the resource of the component's own address, so that
-- the account can answer, and can tell who asked.
local jid = require "util.jid"
local st = require "util.stanza"

local target = module:get_option_string("target_address")

--- By resource: the sessions that are online.
local online = {}

local function refuse(stanza, condition)
  if stanza.attr.type ~= "error" and stanza.attr.type ~= "result" then
    module:send(st.error_reply(stanza, "cancel", condition))
  end
end

local function presence_of_target(stanza)
  local kind = stanza.attr.type
  if kind == "error" then
    online = {}
  elseif kind == "unavailable" then
    online[jid.resource(stanza.attr.from) or ""] = nil
  elseif kind == nil then
    online[jid.resource(stanza.attr.from) or ""] = true
  end
end

local function from_target(stanza)
  local sender = jid.prep(jid.resource(stanza.attr.to))
  local is_answer = stanza.name == "iq" and (stanza.attr.type == "result" or stanza.attr.type == "error")
  if not is_answer or not sender then return refuse(stanza, "feature-not-implemented") end
  local copy = st.clone(stanza)
  copy.attr.to, copy.attr.from = sender, module.host
  module:send(copy)
end

local function to_target(stanza)
  if stanza.name == "presence" then return refuse(stanza, "bad-request") end
  if stanza.name ~= "iq" then return refuse(stanza, "feature-not-implemented") end
  if stanza.attr.type == "result" or stanza.attr.type == "error" then return end
  local resource = next(online)
  if not resource then return refuse(stanza, "service-unavailable") end
  local copy = st.clone(stanza)
  copy.attr.from = jid.join(nil, module.host, stanza.attr.from)
  copy.attr.to = target .. "/" .. resource
  module:send(copy)
end

local function handle(event)
  local stanza = event.stanza
  if jid.bare(stanza.attr.from) ~= target then
    to_target(stanza)
  elseif stanza.name == "presence" and not jid.resource(stanza.attr.to) then
    presence_of_target(stanza)
  else
    from_target(stanza)
  end
  return true
end

for _, kind in ipairs { "iq", "message", "presence" } do
  for _, place in ipairs { "host", "bare", "full" } do module:hook(kind .. "/" .. place, handle, -1) end
end

module:send(st.presence { type = "subscribe", to = target, from = module.host })
