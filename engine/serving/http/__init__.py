"""HTTP: routes, bodies, checks and answers, in the forms of the OpenAI protocol and of vLLM."""
