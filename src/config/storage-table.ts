import type { SettingDefinition } from './setting-definition.ts'
import { flag, text, webAddress } from './setting-readers.ts'

const bucketAddress = (value: unknown): string => {
  const address = String(value).replace(/\/+$/, '')
  if (/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[\w!.*'()/-]{1,200})?$/.test(address)) {
    return address
  }
  throw new RangeError('must be s3://bucket or s3://bucket/prefix')
}

/** The usual variables of AWS hold too, so that a machine that has them needs nothing else. */
export const storageTable: readonly SettingDefinition[] = [
  {
    key: 'storageUrl',
    path: ['storage', 'url'],
    variables: ['KEEPRATE_STORAGE_URL'],
    read: bucketAddress,
  },
  {
    key: 'storageEndpoint',
    path: ['storage', 'endpoint'],
    variables: ['KEEPRATE_STORAGE_ENDPOINT', 'AWS_ENDPOINT_URL_S3'],
    read: webAddress,
  },
  {
    key: 'storageRegion',
    path: ['storage', 'region'],
    variables: ['KEEPRATE_STORAGE_REGION', 'AWS_REGION'],
    default: 'us-east-1',
    read: text,
  },
  {
    key: 'storageAccessKeyId',
    path: ['storage', 'access_key_id'],
    variables: ['KEEPRATE_STORAGE_ACCESS_KEY_ID', 'AWS_ACCESS_KEY_ID'],
    read: text,
    isSecret: true,
  },
  {
    key: 'storageSecretAccessKey',
    path: ['storage', 'secret_access_key'],
    variables: ['KEEPRATE_STORAGE_SECRET_ACCESS_KEY', 'AWS_SECRET_ACCESS_KEY'],
    read: text,
    isSecret: true,
  },
  {
    key: 'storageSessionToken',
    path: ['storage', 'session_token'],
    variables: ['KEEPRATE_STORAGE_SESSION_TOKEN', 'AWS_SESSION_TOKEN'],
    read: text,
    isSecret: true,
  },
  {
    key: 'storagePathStyle',
    path: ['storage', 'path_style'],
    variables: ['KEEPRATE_STORAGE_PATH_STYLE'],
    read: flag,
  },
  {
    key: 'storageAllowPrivate',
    path: ['storage', 'allow_private'],
    variables: ['KEEPRATE_STORAGE_ALLOW_PRIVATE'],
    default: false,
    read: flag,
  },
]
