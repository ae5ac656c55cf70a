import type { Command } from 'commander'
import { signWebhook } from '../../adapters/couriers/sign-webhook.ts'
import { systemClock } from '../../adapters/system-clock/system-clock.ts'
import { GatewayError, invalid } from '../../core/errors/gateway-error.ts'
import { isObject, type JsonObject } from '../../core/json.ts'
import { LISTENING } from '../../http/notice-events.ts'
import type { HttpFailure } from '../../ports/http-client.ts'
import { exitCodes } from '../exit-codes.ts'
import { type GatewayClient, type GatewayOptions, withGateway } from '../gateway-client.ts'
import type { Output } from '../output.ts'
import { action, withCommonOptions } from '../settings.ts'

/** Between two tries to listen to a gateway that went away, in milliseconds. */
const AGAIN_MS = 2_000
/** Events that are known when they come again: those of the last seconds do, after a cut. */
const MOST_HEARD = 10_000
/** How long a receiver of your own may take; you may have stopped it in a debugger. */
const FORWARD_MS = 60_000

interface ListenOptions extends GatewayOptions {
  readonly forward?: string
  readonly events: string
}

/** `keeprate listen` and `keeprate trigger` */
export function addListen(program: Command): void {
  withGatewayOptions(program.command('listen'))
    .description('Listen to the events of a gateway that runs, and forward them to a server here')
    .option('--forward <url>', 'where to post them, signed: http://localhost:3000/hook')
    .option('--events <list>', 'which: image.*,alert.*', '*')
    .action(action(listen))
  withGatewayOptions(program.command('trigger'))
    .description('Let a gateway that runs send an event, for trying a receiver')
    .argument('<event>', 'image.completed, batch.completed, budget.threshold, alert.feed_stale, …')
    .action(action(trigger))
}

const withGatewayOptions = (command: Command): Command =>
  withCommonOptions(command)
    .option('--url <url>', 'address of the gateway (default: that of the settings)')
    .option('--key <key>', 'key for it (default: KEEPRATE_API_KEY)')

const trigger = (output: Output, type: string, options: GatewayOptions): Promise<number> =>
  withGateway(options, async ({ ask }) => {
    const sent = await ask('POST', '/v1/webhooks/trigger', { type })
    output.data(sent, `sent ${type}`)
    return exitCodes.ok
  })

const listen = (output: Output, options: ListenOptions): Promise<number> =>
  withGateway(options, async (client) => {
    const { forward, events } = options
    if (forward !== undefined && !/^https?:\/\//.test(forward)) {
      throw invalid('forward', '--forward must be an http or https address.')
    }
    const { secret } = await client.ask('GET', '/v1/webhooks/default/secret')
    output.note(`listening to ${client.url}; what is forwarded is signed with ${String(secret)}`)
    const stop = new AbortController()
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
    const path = `/v1/events?events=${encodeURIComponent(events)}`
    const heard: string[] = []
    while (!stop.signal.aborted) {
      try {
        for await (const { id, json } of client.events(path, stop.signal, heard.at(-1))) {
          if (id === undefined || !isObject(json) || heard.includes(id)) continue
          if (heard.push(id) > MOST_HEARD) heard.shift()
          if (json.type === LISTENING) {
            output.note('connected')
            continue
          }
          const result = await forwardOne(id, json as JsonObject, { client, forward, secret })
          output.line({ ...json, forwarded: result }, `${json.type}  ${result ?? ''}`.trimEnd())
        }
      } catch (error) {
        // One that is starting or draining is listened to again.
        if (GatewayError.isInstance(error) && !error.retryable) throw error
        if (!stop.signal.aborted) output.note(`the gateway went away (${reasonOf(error)})`)
      }
      await systemClock.sleep(AGAIN_MS, stop.signal).catch(() => undefined)
    }
    return exitCodes.ok
  })

interface Forwarding {
  readonly client: GatewayClient
  readonly forward: string | undefined
  readonly secret: unknown
}

/** Posts one event. @returns the status, or why there is none; null when nothing is forwarded. */
async function forwardOne(
  id: string,
  value: JsonObject,
  { client, forward, secret }: Forwarding,
): Promise<number | string | null> {
  if (forward === undefined) return null
  const signing = { id, at: systemClock.now(), secrets: [String(secret)] }
  try {
    const { status } = await client.http.send({
      method: 'POST',
      url: forward,
      headers: signWebhook(JSON.stringify(value), signing),
      body: { kind: 'json', value },
      // It is yours: you named it.
      addresses: { privateOrigins: [new URL(forward).origin] },
      maxRedirects: 0,
      timeouts: { headersMs: FORWARD_MS, totalMs: FORWARD_MS },
      maxBytes: 1024 * 1024,
    })
    return status
  } catch (error) {
    return reasonOf(error)
  }
}

const reasonOf = (error: unknown): string =>
  (Object(error) as Partial<HttpFailure>).httpFailure?.kind ?? String(error)
