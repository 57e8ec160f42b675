export { diagnose } from './diagnose.js';
export type { DiagnoseOptions, Diagnosis, Facts, Finding, Severity, Versions } from './diagnosis.js';
