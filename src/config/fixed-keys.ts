import { scopes } from '../core/ledger/virtual-key.ts'
import type { FixedKey } from '../gateway/key-ring.ts'
import type { Provider } from '../ports/provider.ts'
import type { Settings } from './schema.ts'

/** The key that works in sandbox mode on a loopback address. */
export const SANDBOX_KEY = 'sk-keeprate-sandbox'

/** Whether an address is reachable from this machine alone. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)

/** The sandbox's key is known to everybody: it works only where no call can cost real money. */
export const isSandboxOnly = (
  settings: Pick<Settings, 'host'>,
  providers: readonly Pick<Provider, 'isSimulated'>[],
): boolean =>
  isLoopback(settings.host) &&
  providers.length > 0 &&
  providers.every((provider) => provider.isSimulated)

/** The keys that the settings give: the operator's, and the sandbox's where it is harmless. */
export function fixedKeys(settings: Settings, providers: readonly Provider[]): readonly FixedKey[] {
  const principal = { tenant: 'default', scopes }
  const keys: FixedKey[] = []
  if (settings.adminKey !== undefined) {
    keys.push({ secret: settings.adminKey, principal: { ...principal, keyId: 'key_admin' } })
  }
  if (isSandboxOnly(settings, providers)) {
    const noAdmin = scopes.filter((scope) => scope !== 'admin')
    const sandboxPrincipal = { ...principal, scopes: noAdmin, keyId: 'key_sandbox' }
    keys.push({ secret: SANDBOX_KEY, principal: sandboxPrincipal })
  }
  return keys
}
