//! Open files of the process. Each connection is one, and most systems allow 1024 unless asked.

use nix::sys::resource::{Resource, getrlimit, rlim_t, setrlimit};

/// Raises the limit of open files as far as the system lets it. The log says when that is less than
/// `n_needed`: beyond it, connections would be refused.
pub fn raise_limit(n_needed: usize) {
    match raised() {
        Ok(limit) if limit < n_needed as rlim_t => tracing::warn!(
            limit,
            n_needed,
            "only {limit} files may be open; {n_needed} connections may need that many"
        ),
        Ok(_) => {}
        Err(error) => tracing::warn!(%error, "could not raise the limit of open files"),
    }
}

fn raised() -> nix::Result<rlim_t> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    if soft < hard {
        setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?;
    }
    Ok(hard)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_raised_as_far_as_it_goes() {
        let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
        setrlimit(Resource::RLIMIT_NOFILE, soft.min(1000), hard).unwrap();
        raise_limit(2000);
        assert_eq!(getrlimit(Resource::RLIMIT_NOFILE).unwrap(), (hard, hard));
    }
}
