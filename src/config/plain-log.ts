import pino, { type Logger } from 'pino'
import type { Settings } from './schema.ts'

/** Names of fields whose values never reach a log. */
const SECRET_FIELDS = [
  'authorization',
  'apiKey',
  'api_key',
  'adminKey',
  'secret',
  '*.authorization',
]

/** The log: one JSON object a line on standard error, secrets left out. */
export const createLog = (level: Settings['logLevel']): Logger =>
  pino(
    {
      level,
      base: null,
      redact: { paths: SECRET_FIELDS, remove: true },
      serializers: { error: pino.stdSerializers.err, err: pino.stdSerializers.err },
    },
    pino.destination({ dest: 2, sync: true }),
  )
