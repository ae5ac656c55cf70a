import type { Command } from 'commander'
import { invalid } from '../../core/errors/gateway-error.ts'
import { type Scope, scopes, type VirtualKey } from '../../core/ledger/virtual-key.ts'
import { createKey } from '../../gateway/key-ring.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Output, table } from '../output.ts'
import { action, type CommonOptions, withCommonOptions, withKeeprate } from '../settings.ts'

/** `keeprate keys create|list|revoke` */
export function addKeys(program: Command): void {
  const keys = program.command('keys').description('Keys that callers use')
  withCommonOptions(keys.command('create'))
    .description('Create a key; its secret is shown once')
    .argument('<name>', 'whom or what it is for')
    .option('--tenant <name>', 'tenant whose pictures and receipts it sees', 'default')
    .option('--scopes <list>', `of ${scopes.join(', ')}`, 'images:write,images:read,models:read')
    .action(action(create))
  withCommonOptions(keys.command('list')).description('List keys').action(action(list))
  withCommonOptions(keys.command('revoke'))
    .description('Revoke a key; it stops working within a second')
    .argument('<id>', 'id of the key (key_…)')
    .action(action(revoke))
}

function readScopes(text: string): readonly Scope[] {
  return text.split(',').map((name) => {
    const scope = scopes.find((candidate) => candidate === name.trim())
    if (scope !== undefined) return scope
    throw invalid('scopes', `${name.trim()} is no scope; there are ${scopes.join(', ')}.`)
  })
}

const print = (key: VirtualKey) => ({
  id: key.id,
  name: key.name,
  tenant: key.tenant,
  key: `${key.prefix}…${key.lastFour}`,
  scopes: key.scopes,
  created_at: new Date(key.createdAt).toISOString(),
  revoked_at: key.revokedAt === undefined ? null : new Date(key.revokedAt).toISOString(),
})

const create = (
  output: Output,
  name: string,
  options: { readonly tenant: string; readonly scopes: string },
): Promise<number> =>
  withKeeprate(options as CommonOptions, async ({ gateway, stores }) => {
    const wanted = { name, tenant: options.tenant, scopes: readScopes(options.scopes) }
    const { clock, random, sha256 } = gateway.deps
    const made = await createKey(wanted, { keys: stores.keys, clock, random, sha256 })
    output.note('The secret is shown this once and stored nowhere.')
    output.data({ ...print(made.key), secret: made.secret }, made.secret)
    return exitCodes.ok
  })

const list = (output: Output, options: CommonOptions): Promise<number> =>
  withKeeprate(options, async ({ stores }) => {
    const keys = (await stores.keys.list()).map(print)
    const rows = keys.map((key) => [
      key.id,
      key.name,
      key.tenant,
      key.key,
      key.scopes.join(' '),
      key.revoked_at === null ? 'active' : `revoked ${key.revoked_at}`,
    ])
    output.data(keys, table([['id', 'name', 'tenant', 'key', 'scopes', 'state'], ...rows]))
    return exitCodes.ok
  })

const revoke = (output: Output, id: string, options: CommonOptions): Promise<number> =>
  withKeeprate(options, async ({ stores, gateway }) => {
    const isRevoked = await stores.keys.revoke(id, gateway.deps.clock.now())
    output.data({ id, revoked: isRevoked }, isRevoked ? `revoked ${id}` : `no active key ${id}`)
    return isRevoked ? exitCodes.ok : exitCodes.failed
  })
