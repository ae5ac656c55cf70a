import { openBatchStand } from '../../testing/batch-service-stand.ts'
import { testBatchService } from '../../testing/test-batch-service.ts'
import gemini from './index.ts'
import sandbox from './sandbox.ts'

testBatchService('gemini', () => openBatchStand(gemini, sandbox, 'gemini-nano-banana-2.1'))
