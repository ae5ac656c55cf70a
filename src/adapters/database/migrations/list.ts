import { requestsAndLedger } from './0001-requests-and-ledger.ts'
import { usageRollups } from './0002-usage-rollups.ts'
import { priceFeeds } from './0003-price-feeds.ts'
import { answers } from './0004-answers.ts'
import { cancelledRequests } from './0005-cancelled-requests.ts'
import { jobQueue } from './0007-job-queue.ts'
import { budgets } from './0008-budgets.ts'
import { cacheReuse } from './0009-cache-reuse.ts'
import { similarPrompts } from './0010-similar-prompts.ts'
import { noticesAndAlerts } from './0011-notices-and-alerts.ts'
import { feedback } from './0012-feedback.ts'
import { beliefs } from './0013-beliefs.ts'
import { qualityNotes } from './0015-quality-notes.ts'
import { keptPictures } from './0016-kept-pictures.ts'
import { filesAndBatches } from './0017-files-and-batches.ts'
import { expiringFiles } from './0018-expiring-files.ts'
import { batchChunks } from './0019-batch-chunks.ts'
import { pausedJobs } from './0020-paused-jobs.ts'
import { sharpness } from './0021-sharpness.ts'
import { cacheLookUps } from './0022-cache-look-ups.ts'
import { knownUploads } from './0024-known-uploads.ts'
import { notices } from './0025-notices.ts'
import { batchSums } from './0026-batch-sums.ts'
import { sharpestEdges } from './0027-sharpest-edges.ts'
import { experiments } from './0028-experiments.ts'
import { groups } from './0029-groups.ts'
import type { Migration } from './migration.ts'

/** All migrations in their order. Append only. */
export const migrations: readonly Migration[] = [
  requestsAndLedger,
  usageRollups,
  priceFeeds,
  answers,
  cancelledRequests,
  jobQueue,
  budgets,
  cacheReuse,
  similarPrompts,
  noticesAndAlerts,
  feedback,
  beliefs,
  qualityNotes,
  keptPictures,
  filesAndBatches,
  expiringFiles,
  batchChunks,
  pausedJobs,
  sharpness,
  cacheLookUps,
  knownUploads,
  notices,
  batchSums,
  sharpestEdges,
  experiments,
  groups,
]
