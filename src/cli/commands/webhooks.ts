import type { Command } from 'commander'
import { invalid } from '../../core/errors/gateway-error.ts'
import { deliveryStates, printDelivery } from '../../core/notices/delivery.ts'
import {
  addWebhook,
  changeWebhook,
  findDestination,
  listDestinations,
  ownersOf,
  printDestination,
  removeWebhook,
  replay,
  rotateSecret,
} from '../../gateway/destination-desk.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Output, table } from '../output.ts'
import { action, type CommonOptions, withCommonOptions, withKeeprate } from '../settings.ts'

/** How long the secret before signs as well after `rotate`. */
const OVERLAP_MS = 86_400_000
const MAX_LISTED = 1_000

interface TenantOptions extends CommonOptions {
  readonly tenant: string
}
interface AddOptions extends TenantOptions {
  readonly events: string
  readonly allTenants?: boolean
}
interface DeliveryOptions extends TenantOptions {
  readonly status?: string
  readonly limit: string
}

/** Whoever may run commands here sees what the operator sees. */
const ownerOf = ({ tenant }: TenantOptions) => ({ tenant, isAdmin: true })

const withTenant = (command: Command): Command =>
  withCommonOptions(command).option('--tenant <name>', 'tenant whose webhooks they are', 'default')

/** `keeprate webhooks list|add|rotate|remove|deliveries|replay` */
export function addWebhooks(program: Command): void {
  const webhooks = program.command('webhooks').description('Who is told of events')
  withTenant(webhooks.command('list')).description('List webhooks').action(action(list))
  withTenant(webhooks.command('add'))
    .description('Add a webhook; its secret is shown once')
    .argument('<url>', 'a public https address')
    .option('--events <list>', 'which: image.*,batch.completed', '*')
    .option('--all-tenants', 'events of all tenants, and alerts')
    .action(action(add))
  withTenant(webhooks.command('rotate'))
    .description('Give a webhook another secret; for a day both sign')
    .argument('<id>', 'id of the webhook (whk_…)')
    .action(action(rotate))
  withTenant(webhooks.command('enable'))
    .description('Send to a webhook again that was disabled')
    .argument('<id>', 'id of the webhook (whk_…)')
    .action(action(enable))
  withTenant(webhooks.command('remove'))
    .description('Remove a webhook')
    .argument('<id>', 'id of the webhook (whk_…)')
    .action(action(remove))
  withTenant(webhooks.command('deliveries'))
    .description('List deliveries, newest first')
    .option('--status <name>', deliveryStates.join(', '))
    .option('--limit <count>', 'how many', '20')
    .action(action(deliveries))
  withTenant(webhooks.command('replay'))
    .description('Let the server send a delivery again')
    .argument('<id>', 'id of the delivery (msg_…)')
    .action(action(again))
}

const list = (output: Output, options: TenantOptions): Promise<number> =>
  withKeeprate(options, async ({ gateway }) => {
    const found = (await listDestinations(ownerOf(options), gateway.deps)).map(printDestination)
    const names = ['id', 'kind', 'url', 'events', 'enabled', 'source'] as const
    const rows = found.map((each) => names.map((name) => String(each[name])))
    output.data(found, table([[...names], ...rows]))
    return exitCodes.ok
  })

const add = (output: Output, url: string, options: AddOptions): Promise<number> =>
  withKeeprate(options, async ({ gateway }) => {
    const events = options.events.split(',').map((name) => name.trim())
    const wanted = { url, events, isForAll: options.allTenants === true }
    const { destination, secret } = await addWebhook(wanted, ownerOf(options), gateway.deps)
    output.note('The secret is shown this once.')
    output.data({ ...printDestination(destination), secret }, `${destination.id}\n${secret}`)
    return exitCodes.ok
  })

const rotate = (output: Output, id: string, options: TenantOptions): Promise<number> =>
  withKeeprate(options, async ({ gateway: { deps } }) => {
    const found = await findDestination(id, ownerOf(options), deps)
    const { destination, secret } = await rotateSecret(found, OVERLAP_MS, deps)
    output.note('The secret is shown this once; for a day the one before signs as well.')
    output.data({ ...printDestination(destination), secret }, secret)
    return exitCodes.ok
  })

const enable = (output: Output, id: string, options: TenantOptions): Promise<number> =>
  withKeeprate(options, async ({ gateway: { deps } }) => {
    const found = await findDestination(id, ownerOf(options), deps)
    const enabled = await changeWebhook(found, { isEnabled: true }, deps)
    output.data(printDestination(enabled), `enabled ${id}`)
    return exitCodes.ok
  })

const remove = (output: Output, id: string, options: TenantOptions): Promise<number> =>
  withKeeprate(options, async ({ gateway: { deps } }) => {
    await removeWebhook(await findDestination(id, ownerOf(options), deps), deps)
    output.data({ id, deleted: true }, `removed ${id}`)
    return exitCodes.ok
  })

const deliveries = (output: Output, options: DeliveryOptions): Promise<number> =>
  withKeeprate(options, async ({ stores }) => {
    const state = deliveryStates.find((name) => name === options.status)
    if (options.status !== undefined && state === undefined) {
      throw invalid('status', `--status must be one of ${deliveryStates.join(', ')}.`)
    }
    const limit = Number(options.limit)
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LISTED) {
      throw invalid('limit', `--limit must be a whole number from 1 to ${MAX_LISTED}.`)
    }
    const owners = ownersOf(ownerOf(options))
    const query = { owners, limit, ...(state === undefined ? {} : { state }) }
    const found = (await stores.notices.deliveries(query)).map(printDelivery)
    const names = ['id', 'type', 'status', 'attempts', 'webhook_id', 'created_at'] as const
    const rows = found.map((each) => names.map((name) => String(each[name] ?? '')))
    output.data(found, table([[...names], ...rows]))
    return exitCodes.ok
  })

const again = (output: Output, id: string, options: TenantOptions): Promise<number> =>
  withKeeprate(options, async ({ gateway }) => {
    await replay(id, ownerOf(options), gateway.deps)
    output.data({ id, status: 'pending' }, `the server sends ${id} again`)
    return exitCodes.ok
  })
