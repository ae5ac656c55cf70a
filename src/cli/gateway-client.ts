import { createSafeFetch } from '../adapters/safe-fetch/client.ts'
import { SANDBOX_KEY } from '../config/fixed-keys.ts'
import { type ErrorCode, errorCatalogue } from '../core/errors/catalogue.ts'
import { GatewayError, invalid } from '../core/errors/gateway-error.ts'
import { isObject } from '../core/json.ts'
import type { HttpAnswer, HttpClient, HttpEvent } from '../ports/http-client.ts'
import { type CommonOptions, loadForCommand } from './settings.ts'

/** Options of commands that talk to a gateway that runs. */
export interface GatewayOptions extends CommonOptions {
  readonly url?: string
  readonly key?: string
}

/** A gateway that runs, here or elsewhere. */
export interface GatewayClient {
  readonly url: string
  readonly http: HttpClient
  /** @throws GatewayError with what the gateway said. */
  ask(method: 'GET' | 'POST', path: string, body?: object): Promise<Record<string, unknown>>
  /**
   * Events of a stream, until it ends.
   * @param after id of the last one that was heard before.
   * @throws GatewayError when there is no stream.
   */
  events(path: string, signal: AbortSignal, after?: string): AsyncIterable<HttpEvent>
}

/** Longest answer that is read, and longest time that a stream may run. */
const limits = { maxBytes: 64 * 1024 * 1024, askMs: 30_000, streamMs: 86_400_000 } as const

/**
 * Lends a client to a command. Address and key come from the options, KEEPRATE_URL and
 * KEEPRATE_API_KEY, else from the settings; on this machine the sandbox's key is tried.
 */
export async function withGateway<Value>(
  options: GatewayOptions,
  work: (client: GatewayClient) => Promise<Value>,
): Promise<Value> {
  const url = urlOf(options)
  const key = options.key ?? process.env.KEEPRATE_API_KEY ?? SANDBOX_KEY
  const http = createSafeFetch()
  const request = (method: 'GET' | 'POST', path: string) => ({
    method,
    url: `${url}${path}`,
    headers: { authorization: `Bearer ${key}` },
    addresses: { privateOrigins: [new URL(url).origin] },
    maxRedirects: 0,
    maxBytes: limits.maxBytes,
  })
  try {
    return await work({
      ...{ url, http },
      ask: async (method, path, body) => {
        const answer = await http
          .send({
            ...request(method, path),
            ...(body === undefined ? {} : { body: { kind: 'json', value: body } }),
            timeouts: { headersMs: limits.askMs, totalMs: limits.askMs },
          })
          .catch(unreached(url))
        return readAnswer(answer, url)
      },
      events: async function* (path, signal, after) {
        const timeouts = { headersMs: limits.askMs, totalMs: limits.streamMs }
        const asked = request('GET', path)
        const cursor: Record<string, string> = after === undefined ? {} : { 'last-event-id': after }
        const headers = { ...asked.headers, ...cursor }
        const { answer, events } = await http
          .stream({ ...asked, headers, timeouts, signal })
          .catch(unreached(url))
        if (answer !== undefined) readAnswer(answer, url)
        yield* events
      },
    })
  } finally {
    await http.close()
  }
}

const unreached = (url: string) => (cause: unknown) => {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const advice = 'name another with --url or KEEPRATE_URL'
  throw new Error(`No gateway answers at ${url} (${reason}); ${advice}.`, { cause })
}

function urlOf(options: GatewayOptions): string {
  const { settings } = loadForCommand(options)
  const given = options.url ?? process.env.KEEPRATE_URL
  const text = given ?? `http://${settings.host}:${settings.port}`
  if (URL.canParse(text) && /^https?:/.test(text)) return text.replace(/\/+$/, '')
  throw invalid('url', '--url must be the address of a gateway, such as http://127.0.0.1:4343.')
}

function readAnswer({ status, json }: HttpAnswer, url: string): Record<string, unknown> {
  if (status < 300 && isObject(json)) return json
  const error = isObject(json) && isObject(json.error) ? json.error : {}
  const code = isErrorCode(error.code) ? error.code : codeOf(status)
  const told = String(error.message ?? `${url} answered with ${status}.`)
  // Answers end with the advice of the catalogue, which is printed apart here.
  const { advice } = errorCatalogue[code]
  const message = told.endsWith(` ${advice}`) ? told.slice(0, -advice.length - 1) : told
  const param = typeof error.param === 'string' ? { param: error.param } : {}
  throw new GatewayError(code, message, param)
}

const isErrorCode = (code: unknown): code is ErrorCode =>
  typeof code === 'string' && Object.hasOwn(errorCatalogue, code)

/** Of an answer that is not ours: a proxy stands between. */
const codeOf = (status: number): ErrorCode =>
  status === 401 ? 'invalid_api_key' : status >= 500 ? 'overloaded' : 'invalid_request'
