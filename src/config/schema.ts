import { z } from 'zod'
import { budgetSchema } from '../core/budgets/wire.ts'
import type { JsonObject } from '../core/json.ts'
import type { Markup } from '../core/pricebook/layers.ts'
import { type PriceRow, priceRowSchema } from '../core/pricebook/price-row.ts'
import { isPositive, positiveRateSchema } from '../core/pricing/decimal.ts'
import { type PurposeSettings, purposeSchema } from '../core/purpose/purpose.ts'
import type { GateRefusalMode, RefusalMode } from '../core/request/image-request.ts'
import type { RepeatMode } from '../core/request/repeat-rule.ts'
import { type AlertSettings, alertSettings } from './alert-schema.ts'
import { type ApiKey, apiKeyList } from './api-keys.ts'
import type { BudgetSettings } from './budget-settings.ts'
import { type CacheSettings, cacheMembers } from './cache-schema.ts'
import type { DataPolicy, ProviderData } from './data-policy.ts'
import { type FeedSettings, feedRow } from './feed-schema.ts'
import { webhookSettings } from './notice-schema.ts'
import { type QualitySettings, qualitySettings } from './quality-schema.ts'
import { routingMembers } from './routing-schema.ts'
import { type SandboxSettings, sandboxMembers } from './sandbox-schema.ts'
import { type KeepingSettings, storageMembers } from './storage-schema.ts'

/** A duration: seconds, or with a unit (`30m`, `72h`, `7d`). */
const duration = z.union([
  z.number().nonnegative(),
  z.string().regex(/^\d{1,9}[smhd]?$/, 'must be seconds, or 30m, 72h, 7d'),
])

const provider = z
  .strictObject({
    kind: z
      .string()
      .min(1)
      .optional()
      .describe(
        'What it is, when the name is your own; any number of providers may be of one kind',
      ),
    api_key: z
      .string()
      .min(1)
      .optional()
      .describe('Key of the provider; use $NAME in braces, or *_FILE'),
    api_keys: apiKeyList
      .optional()
      .describe('Several keys: calls are spread over those that work, by weight'),
    base_url: z
      .url()
      .optional()
      .describe("Replaces the provider's own address; where a server of your own listens"),
    url: z.url().optional().describe('The same as base_url'),
    allow_private: z
      .boolean()
      .optional()
      .describe('The base URL may lie on a private or loopback address'),
    enabled: z.boolean().optional().describe('false leaves the provider out, whatever keys exist'),
    hourly_cost: z
      .union([
        z.number().positive(),
        z
          .string()
          .regex(/^\d+(\.\d+)?$/, 'must be dollars, such as "0.80"')
          .refine(isPositive, 'must be above zero'),
      ])
      .optional()
      .describe('Dollars an hour of your own machine costs: rent, or the power it draws'),
    region: z.string().min(1).max(80).optional().describe('Where it processes requests: eu, us'),
    retention_days: z
      .number()
      .min(0)
      .max(36_500)
      .optional()
      .describe('How long it keeps prompts and pictures, as your contract says; 0 = not at all'),
    self_hosted: z.boolean().optional().describe('Whether it runs on your own machines'),
    settings: z
      .record(z.string(), z.unknown())
      .optional()
      .describe("Members of the kind's own: models, workflows; see the README of its folder"),
  })
  .refine(({ url, base_url }) => url === undefined || base_url === undefined, {
    path: ['url'],
    message: 'is given beside base_url, which is the same',
  })
  .refine(({ api_key, api_keys }) => api_key === undefined || api_keys === undefined, {
    path: ['api_key'],
    message: 'is given beside api_keys; put it into the list',
  })

/** What the operator adds to the prices of some offers. */
export const markupRow = z.strictObject({
  offer: z.string().min(1).max(200).describe('provider/model, with * for any text: openai/*'),
  markup: positiveRateSchema.describe('What is added, as a share of the price: "0.10" is 10 %'),
})

/** The file `keeprate.yaml`. Everything is optional; unknown members are errors. */
export const configFile = z.strictObject({
  server: z
    .strictObject({
      host: z.string().min(1).optional().describe('Address to listen on'),
      port: z.number().int().min(0).max(65_535).optional().describe('Port; 0 takes a free one'),
      public_url: z
        .url()
        .optional()
        .describe('Base of links in answers; with https, providers report the ends of jobs there'),
    })
    .optional(),
  home: z.string().min(1).optional().describe('Folder of database and pictures'),
  database_url: z.string().min(1).optional().describe('postgres://… instead of SQLite in home'),
  admin_key: z.string().min(16).optional().describe('A key that may do everything'),
  log_level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).optional(),
  body_extension: z.boolean().optional().describe('Whether answers carry the `keeprate` object'),
  cancel_on_disconnect: z
    .boolean()
    .optional()
    .describe('Whether running calls are given up, where that saves money, when the caller goes'),
  baseline: z.string().min(1).optional().describe('Model whose price is the list price of `auto`'),
  providers: z.record(z.string(), provider).optional(),
  ...sandboxMembers,
  prices: z
    .strictObject({
      books: z
        .array(z.string().min(1))
        .optional()
        .describe('Price books, the first goes before the next: files, or names of shipped ones'),
      overrides: z
        .array(z.union([markupRow, priceRowSchema]))
        .optional()
        .describe('Contract prices and markups, which go before every book'),
      feeds: z.array(feedRow).optional().describe('Lists that are looked at again and again'),
    })
    .optional()
    .describe('Prices of your own, over those that ship'),
  alerts: alertSettings.optional().describe('What is alarming, and who is told beside the log'),
  webhooks: webhookSettings.optional().describe('Who is told of events'),
  cache: cacheMembers(duration).optional().describe('How pictures are served again'),
  storage: z
    .strictObject({
      url: z.string().min(1).optional().describe('s3://bucket/prefix; without it the home folder'),
      endpoint: z.url().optional().describe('Address of the store; AWS of the region without it'),
      region: z.string().min(1).optional().describe('us-east-1 unless it says another'),
      access_key_id: z.string().min(1).optional().describe('Or AWS_ACCESS_KEY_ID'),
      secret_access_key: z.string().min(1).optional().describe('Or AWS_SECRET_ACCESS_KEY, *_FILE'),
      session_token: z.string().min(1).optional().describe('Of temporary credentials'),
      path_style: z
        .boolean()
        .optional()
        .describe('The bucket stands in the path; so unless the store is AWS'),
      allow_private: z
        .boolean()
        .optional()
        .describe('The endpoint may lie on a private or loopback address'),
      ...storageMembers,
    })
    .optional()
    .describe('Where pictures are kept, and for how long'),
  purposes: z
    .record(z.string().min(1).max(80), purposeSchema)
    .optional()
    .describe('What pictures are for: sizes, floors and what a bad one costs'),
  quality: qualitySettings.optional().describe('What gates look at pictures with'),
  ...routingMembers,
  budgets: z
    .array(budgetSchema)
    .max(1_000)
    .optional()
    .describe('Limits of money; the server takes away those that are not here any more'),
  budget_status: z
    .union([z.literal(402), z.literal(429)])
    .optional()
    .describe('Status of answers that no budget has room for; 402 for clients that resend 429'),
  limits: z
    .strictObject({
      bytes_in_flight: z.number().int().min(1_048_576).optional(),
      plan_steps: z.number().int().min(1).max(10).optional(),
      breaker_failures: z
        .number()
        .int()
        .min(0)
        .max(1000)
        .optional()
        .describe(
          'Failures in a row after which a provider is left out; 0 = never, nor for rate limits',
        ),
    })
    .optional(),
})

/** What `keeprate.yaml` may say. */
export type ConfigFile = z.infer<typeof configFile>

/** What the operator says of single offers. */
export interface PriceOverrides {
  readonly rows: readonly PriceRow[]
  readonly markups: readonly Markup[]
}

/** Settings of one provider, from the file and the vendor's usual environment variables. */
export interface ProviderSettings {
  /** Id of the definition, when the provider has another name. */
  readonly kind?: string
  /** The first one, when there are several. */
  readonly apiKey?: string
  readonly apiKeys?: readonly ApiKey[]
  readonly baseUrl?: string
  readonly allowPrivate: boolean
  readonly isEnabled: boolean
  /** Dollars, a decimal. */
  readonly hourlyCost?: string
  readonly settings?: JsonObject
  readonly data?: ProviderData
}

/** Where pictures are kept, when that is not the home folder. */
export interface StorageSettings {
  readonly url?: string
  readonly endpoint?: string
  readonly region: string
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  readonly sessionToken?: string
  readonly isPathStyle?: boolean
  readonly allowPrivate: boolean
}

/** All settings, read and checked. */
export interface Settings extends SandboxSettings {
  readonly host: string
  readonly port: number
  readonly publicUrl?: string
  readonly home: string
  readonly databaseUrl?: string
  readonly adminKey?: string
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  readonly bodyExtension: boolean
  readonly cancelOnDisconnect: boolean
  readonly baseline: string
  readonly providers: Readonly<Record<string, ProviderSettings>>
  /** Names of shipped books and absolute paths of files; the first goes before the next. */
  readonly priceBooks: readonly string[]
  readonly priceOverrides: PriceOverrides
  readonly priceFeeds: readonly FeedSettings[]
  readonly alerts: AlertSettings
  readonly webhooks: z.infer<typeof webhookSettings>
  /** By name; over those that ship. */
  readonly purposes: Readonly<Record<string, PurposeSettings>>
  readonly quality: QualitySettings
  readonly budgets: readonly BudgetSettings[]
  readonly budgetStatus: 402 | 429
  readonly storage: StorageSettings
  readonly keeping: KeepingSettings
  readonly cacheTtlMs: number
  readonly cache: CacheSettings
  readonly cacheMemoryBytes: number
  readonly redisUrl?: string
  readonly bytesInFlight: number
  readonly planSteps: number
  readonly breakerFailures: number
  readonly onPolicyRefusal: RefusalMode
  readonly onGateRefusal: GateRefusalMode
  readonly repeatMode: RepeatMode
  readonly repeatMost: number
  readonly repeatWithinMs: number
  readonly consistentGroups: boolean
  readonly batchServices: boolean
  readonly dataPolicy?: DataPolicy
  /** Milliseconds, or by what was measured; undefined = only requests that ask for it. */
  readonly hedgeAfter?: 'p95' | number
  readonly hedgeUntilMeasuredMs?: number
  readonly hedgeMaxCostShare: number
  readonly previewMaxShare: number
  readonly callerMemoryGigabytes?: number
  readonly callerUsdPerGigabyteSecond?: string
  /** Milliseconds. */
  readonly latencyAlert: 'off' | number
}

/** Where a setting's value came from. */
export type Origin = 'flag' | 'environment' | 'file' | 'default'

/** One line of `keeprate config show`. */
export interface ShownSetting {
  readonly name: string
  /** Secrets are shown as their last four characters. */
  readonly value: unknown
  readonly origin: Origin
  /** The variable or file that said so. */
  readonly source?: string
}
