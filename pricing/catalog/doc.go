// Package catalog is what accelerators cost, what their data sheets say and how many
// agents they were published to serve: dated figures, each with its source, and readers of
// price lists in CSV, SkyPilot's catalog and Azure's price API. Nothing is fetched.
//
//	prices := catalog.BuiltinPrices()
//	quote, err := prices.Quote(catalog.Query{
//		Accelerator: "H100", Commitment: catalog.OnDemand, AsOf: time.Now(),
//	}, catalog.Minimum)
//	if err != nil {
//		return err // catalog.ErrNoPrice: there is none of this kind
//	}
//	system := pricing.System{Accelerators: 8, Price: quote.PerHour, PriceNote: quote.Note()}
//	cost, err := system.CostPerMillion(outputTokensPerSecond)
//
// A price says what it buys ([Scope]), for how long one must pay ([Commitment]),
// who asks it and since when. Prices of different scopes are never mixed, and a
// price older than 90 days on the day of the question counts where there is no other,
// with a warning.
//
// [Complete] adds what a data sheet says to a system of which only the accelerators are
// known: its power by TDP, system or rack, and the size of a rack.
//
// [BuiltinResults] are the published results of AA-AgentPerf, so that prices can be put
// beside them:
//
//	for _, r := range catalog.BuiltinResults().Select(catalog.ResultQuery{Accelerator: "H200"}) {
//		fmt.Println(r.System, r.SLO, r.PerDollarHour(quote.PerHour)) // nil: not known
//	}
//
// A figure that was published as "about" or "more than" stays that when it is divided.
package catalog
