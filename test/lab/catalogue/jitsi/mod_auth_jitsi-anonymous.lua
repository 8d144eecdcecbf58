-- Stands in for Jitsi's module of this name: lets everybody in under a random name, as SASL ANONYMOUS says (RFC 4505).
local new_sasl = require "util.sasl".new

local provider = {}
local no_accounts = "no accounts on this host"

function provider.test_password() return nil, no_accounts end
function provider.set_password() return nil, no_accounts end
function provider.user_exists() return nil, no_accounts end
function provider.create_user() return nil, no_accounts end
function provider.delete_user() return nil, no_accounts end
function provider.users() return function() end end

function provider.get_sasl_handler()
  return new_sasl(module.host, { anonymous = function() return true end })
end

module:provides("auth", provider)
