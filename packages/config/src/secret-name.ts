/** The last words of a key that names a secret where no schema says so, as in the settings of a plugin. */
export const secretName = /(?:token|password|passwd|secret|api_?key|private_?key|passphrase|credentials?)$/i;
/** Environment variables that hold a secret by their name. Wider than for keys: nothing but references has names like these. */
export const secretVariable = /TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|(?:PASS|PWD|KEYS?)$/;
