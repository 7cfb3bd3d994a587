package agentperf

// identify says in the report what the system is.
func (r *run) identify(cfg *Config) {
	var owner, version string
	if found := r.report.Preflight; found != nil {
		owner, version = found.Engine.OwnedBy, found.Engine.Version
	}
	var warning string
	if r.report.Identity, warning = cfg.Identity.ForReport(owner, version, string(cfg.Endpoint.APIKey)); warning != "" {
		r.warn("engine_version", warning)
	}
}
