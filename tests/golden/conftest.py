collect_ignore_glob = ["texts/*"]
