// Open long-tailed recognition as a library.

export { type DataConfig, type DataConfigInput, parseDataConfig } from './datasets/data-config.ts'
export type { Dataset, ImageSource } from './datasets/dataset.ts'
export { loadSplits, type Splits } from './datasets/load-splits.ts'
export { ConfigError, DataError } from './errors.ts'
export { evaluateRun, type ModelEvaluation } from './evaluate.ts'
export type { Annotator, Answer, Question, Verdict } from './exploration/annotation/annotator.ts'
export { noisyCrowd } from './exploration/annotation/noisy-crowd.ts'
export { perfectOracle } from './exploration/annotation/perfect-oracle.ts'
export { type AppliedUpdate, applyLabels, type NamedImages } from './exploration/apply-labels.ts'
export { type Clusters, kMeans } from './exploration/clustering.ts'
export { exploreRound, type Round } from './exploration/explore-round.ts'
export { type Labelling, labelAnswers } from './exploration/label-answers.ts'
export { type LoopResult, runLoop } from './exploration/loop.ts'
export { type LoopConfig, type LoopConfigInput, parseLoopConfig } from './exploration/loop-config.ts'
export type { LoopRecord } from './exploration/loop-record.ts'
export { writeLoopReport } from './exploration/loop-report.ts'
export { NameDecisions } from './exploration/naming/name-decisions.ts'
export { openSetScores } from './exploration/recognise-features.ts'
export type { RoundOptions } from './exploration/round-record.ts'
export {
  type ExplorationScores,
  explorationScores,
  explorationScoresOfChunks,
  type ScoreOptions,
} from './exploration/scores.ts'
export { strategies, strategy } from './exploration/strategies/strategies.ts'
export type { Candidates, Strategy } from './exploration/strategies/strategy.ts'
export { parseUpdateConfig, type UpdateConfig, updateModel } from './exploration/update-model.ts'
export { updateRun } from './exploration/update-run.ts'
export { currentVersion, listVersions, useVersion, type Version } from './exploration/versions.ts'
export { evaluateOpenSet } from './metrics/evaluation.ts'
export type { EvaluationReport } from './metrics/evaluation-report.ts'
export { OpenLongTailedModel } from './model.ts'
export { ModelConfig } from './model-config.ts'
export { PlainModel } from './plain-model.ts'
export { type Prediction, Recogniser } from './predict.ts'
export { recipe, recipes } from './recipes/recipes.ts'
export { parseRunConfig, type RunConfig, type RunConfigInput } from './run-config.ts'
export {
  loadOltr,
  loadTrainedModel,
  type ModelCard,
  saveTrainedModel,
  type TrainedModel,
} from './trained-model.ts'
export { memoryStage } from './training/memory-stage.ts'
export { plainStage } from './training/plain-stage.ts'
export { bfloat16Instructions, choosePrecision, type Precision } from './training/precision.ts'
export { secondsPerStep } from './training/precision-probe.ts'
export type { Stage } from './training/stage.ts'
export { train } from './training/train.ts'
