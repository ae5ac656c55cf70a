import type { Command } from 'commander'
import { GatewayError, invalid } from '../../core/errors/gateway-error.ts'
import { changedRights, keyRightsSchema, printKey } from '../../core/ledger/key-rights.ts'
import { scopes, type VirtualKey } from '../../core/ledger/virtual-key.ts'
import { parseDuration } from '../../core/time.ts'
import type { Dependencies } from '../../gateway/dependencies.ts'
import type { Gateway } from '../../gateway/gateway.ts'
import { createKey, rotateKey } from '../../gateway/key-ring.ts'
import { slipsOfRights } from '../../gateway/name-slips.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Output, table } from '../output.ts'
import { action, type CommonOptions, withCommonOptions, withKeeprate } from '../settings.ts'

interface RightsOptions extends CommonOptions {
  readonly name?: string
  readonly scopes?: string
  readonly team?: string
  readonly models?: string
  readonly purposes?: string
  readonly rpm?: string
  readonly ipm?: string
  readonly parallel?: string
  readonly weight?: string
  readonly expires?: string
}

/** `keeprate keys create|list|show|update|rotate|revoke` */
export function addKeys(program: Command): void {
  const keys = program.command('keys').description('Keys that callers use')
  withRights(keys.command('create'))
    .description('Create a key; its secret is shown once')
    .argument('<name>', 'whom or what it is for')
    .option('--tenant <name>', 'tenant whose pictures and receipts it sees', 'default')
    .action(action(create))
  withCommonOptions(keys.command('list')).description('List keys').action(action(list))
  withCommonOptions(keys.command('show'))
    .description('Show one key, without its secret')
    .argument('<id>', 'id of the key (key_…)')
    .action(action(show))
  withRights(keys.command('update'))
    .description('Change what a key may do; what is not said stays, "none" takes a limit away')
    .argument('<id>', 'id of the key (key_…)')
    .option('--name <name>', 'whom or what it is for')
    .action(action(update))
  withCommonOptions(keys.command('rotate'))
    .description('Give a key a new secret; it stays the same key')
    .argument('<id>', 'id of the key (key_…)')
    .option('--grace <time>', 'how long the old secret is good: 0, 90s, 30m, 24h, 7d', '24h')
    .action(action(rotate))
  withCommonOptions(keys.command('revoke'))
    .description('Revoke a key; it stops working within a second')
    .argument('<id>', 'id of the key (key_…)')
    .action(action(revoke))
}

const withRights = (command: Command): Command =>
  withCommonOptions(command)
    .option('--scopes <list>', `of ${scopes.join(', ')} (default: all but admin)`)
    .option('--team <name>', 'its budgets are those of team:<name>')
    .option('--models <list>', 'models it may use, such as bfl/*,gpt-image-2')
    .option('--purposes <list>', 'purposes it may name, such as hero,thumb*')
    .option('--rpm <count>', 'requests a minute')
    .option('--ipm <count>', 'images a minute')
    .option('--parallel <count>', 'images being made at once')
    .option('--weight <number>', 'its share when keys wait for each other (default: 1)')
    .option('--expires <instant>', 'from then on it is refused: 2027-01-31T00:00:00Z')

/** Takes a limit away. */
const NONE = 'none'

/** Options as the wire says them, so that both are checked alike. */
function readRights(options: RightsOptions) {
  const said = <Value>(text: string | undefined, read: (text: string) => Value) =>
    text === undefined ? undefined : text === NONE ? null : read(text)
  const items = (text: string) => text.split(',').map((item) => item.trim())
  const limits = {
    requests_per_minute: said(options.rpm, Number),
    images_per_minute: said(options.ipm, Number),
    parallel_images: said(options.parallel, Number),
    weight: said(options.weight, Number),
  }
  const hasLimits = Object.values(limits).some((value) => value !== undefined)
  const read = keyRightsSchema.safeParse({
    name: options.name,
    scopes: options.scopes === undefined ? undefined : items(options.scopes),
    team: said(options.team, String),
    models: said(options.models, items),
    purposes: said(options.purposes, items),
    limits: hasLimits ? limits : undefined,
    expires_at: said(options.expires, String),
  })
  if (read.success) return read.data
  const [issue] = read.error.issues
  const param = issue?.path.join('.') ?? 'options'
  throw invalid(param, `${param}: ${issue?.message ?? 'is wrong'}.`)
}

const partsOf = ({ stores, clock, random, sha256 }: Dependencies) => ({
  ...{ keys: stores.keys, clock, random, sha256 },
})

function printSecret(output: Output, key: VirtualKey, secret: string): number {
  output.note('The secret is shown this once and stored nowhere.')
  output.data({ ...printKey(key), secret }, secret)
  return exitCodes.ok
}

/** Models are known once providers are open; a key is made all the same. */
async function noteSlips(output: Output, key: VirtualKey, gateway: Gateway): Promise<void> {
  await gateway.ready
  for (const { message } of slipsOfRights(key, gateway.deps)) output.note(`note   ${message}`)
}

const unknown = (id: string, what = 'key'): GatewayError =>
  new GatewayError('not_found', `There is no ${what} ${id}.`, { param: 'id' })

async function find(id: string, { stores }: Pick<Dependencies, 'stores'>): Promise<VirtualKey> {
  const key = await stores.keys.byId(id)
  if (key === undefined) throw unknown(id)
  return key
}

const create = (
  output: Output,
  name: string,
  options: RightsOptions & { readonly tenant: string },
): Promise<number> =>
  withKeeprate(options, async ({ gateway }) => {
    const rights = changedRights(readRights({ ...options, name }))
    const made = await createKey({ ...rights, tenant: options.tenant }, partsOf(gateway.deps))
    await noteSlips(output, made.key, gateway)
    return printSecret(output, made.key, made.secret)
  })

const list = (output: Output, options: CommonOptions): Promise<number> =>
  withKeeprate(options, async ({ stores, gateway }) => {
    const now = gateway.deps.clock.now()
    const keys = await stores.keys.list()
    const rows = keys.map((key) => {
      const { id, name, tenant, key: shown, team } = printKey(key)
      return [id, name, tenant, shown, team ?? '-', key.scopes.join(' '), stateOf(key, now)]
    })
    const head = ['id', 'name', 'tenant', 'key', 'team', 'scopes', 'state']
    output.data(keys.map(printKey), table([head, ...rows]))
    return exitCodes.ok
  })

function stateOf({ revokedAt, expiresAt }: VirtualKey, now: number): string {
  if (revokedAt !== undefined) return `revoked ${new Date(revokedAt).toISOString()}`
  if (expiresAt !== undefined && expiresAt <= now) return 'expired'
  return 'active'
}

const show = (output: Output, id: string, options: CommonOptions): Promise<number> =>
  withKeeprate(options, async ({ gateway }) => printOne(output, await find(id, gateway.deps)))

function printOne(output: Output, key: VirtualKey): number {
  const printed = printKey(key)
  const rows = Object.entries(printed).map(([name, value]) => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  output.data(printed, table(rows))
  return exitCodes.ok
}

const update = (output: Output, id: string, options: RightsOptions): Promise<number> =>
  withKeeprate(options, async ({ gateway, stores }) => {
    const before = await find(id, gateway.deps)
    const isDone = await stores.keys.update(id, changedRights(readRights(options), before))
    if (!isDone) throw unknown(id, 'active key')
    const after = await find(id, gateway.deps)
    await noteSlips(output, after, gateway)
    return printOne(output, after)
  })

const rotate = (
  output: Output,
  id: string,
  options: CommonOptions & { readonly grace: string },
): Promise<number> =>
  withKeeprate(options, async ({ gateway }) => {
    const graceMs = parseDuration(options.grace)
    if (graceMs === undefined) throw invalid('grace', 'grace is a duration, such as 0, 30m or 24h.')
    const made = await rotateKey(id, graceMs, partsOf(gateway.deps))
    if (made === undefined) throw unknown(id, 'active key')
    return printSecret(output, made.key, made.secret)
  })

const revoke = (output: Output, id: string, options: CommonOptions): Promise<number> =>
  withKeeprate(options, async ({ stores, gateway }) => {
    const isRevoked = await stores.keys.revoke(id, gateway.deps.clock.now())
    if (!isRevoked) throw unknown(id, 'active key')
    output.data({ id, revoked: true }, `revoked ${id}`)
    return exitCodes.ok
  })
